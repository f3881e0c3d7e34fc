import type { FastifyReply } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { answerText } from '../executor/answer-data.js'
import type { Executor, OperationAnswer } from '../executor/executor.js'
import type { Operation } from '../executor/operation.js'
import type { Observe } from '../plugins/observe.js'
import { cachingHeaders } from '../plugins/use-caching.js'
import { isToldBy200 } from '../plugins/use-graphql-over-http.js'
import type { DirectQuestion } from './direct-question.js'
import { asGraphqlError, type FormatError, formattedErrors } from './format-errors.js'

/** In characters. Below it a buffer of its own costs more than it saves. */
const LONG_TEXT = 4096

export interface DirectAnswersOptions {
  /** The one that Apollo Server has too: it decides, validates, limits, plans. */
  execute: Executor
  schema: () => GraphQLSchema
  observers: readonly Observe[]
  formatError: FormatError
}

/** Answers direct questions: byte for byte and with the status with which Apollo Server would answer them. */
export class DirectAnswers {
  constructor(private readonly options: DirectAnswersOptions) {}

  /** The body; status and type are set on the reply. */
  async answer(question: DirectQuestion, context: Operation, reply: FastifyReply): Promise<string | Buffer> {
    const { queryHash, operation } = question.known
    const name = operation.name?.value
    const ends = this.options.observers.map(observe => observe(context))
    context.trace?.operation(operation.operation, name)
    const { answer, defaultStatus } = await this.run(question, context)
    const formatted = answer.errors && formattedErrors(answer.errors, this.options.formatError)
    const errors = formatted?.errors ?? []
    let status = formatted?.status ?? defaultStatus
    if (answer.errors?.length && isToldBy200(question.accept, answer.errors)) status = 200
    const hasData = Boolean(answer.data)
    for (const end of ends) end({ type: operation.operation, name, queryHash, errors, hasData })
    reply.code(status).header('content-type', question.contentType)
    for (const [header, value] of cachingHeaders(context)) reply.header(header, value)
    const text = answerText({ errors: formatted?.errors, data: answer.data, extensions: answer.extensions })
    // Encoded once: a long text would be put together to be measured, and again with the head to be sent.
    return text.length > LONG_TEXT ? Buffer.from(text) : text
  }

  private async run(
    { text, known, operationName, variables }: DirectQuestion,
    context: Operation,
  ): Promise<{ answer: OperationAnswer; defaultStatus: number }> {
    try {
      const answer = await this.options.execute({
        request: { query: text, operationName, variables },
        document: known.document,
        queryHash: known.queryHash,
        source: text,
        schema: this.options.schema(),
        context,
      })
      // Without `data` nothing was run: that is the client's doing.
      const notRun = answer.data === undefined && Boolean(answer.errors?.length)
      return { answer, defaultStatus: notRun ? 400 : 200 }
    } catch (error) {
      return { answer: { errors: [asGraphqlError(error)] }, defaultStatus: 500 }
    }
  }
}
