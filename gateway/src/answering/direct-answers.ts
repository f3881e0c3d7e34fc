import type { FastifyReply } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { answerBody, aroundData } from '../executor/answer-data.js'
import { noteForms } from '../executor/caching/kept-forms.js'
import type { Executor, OperationAnswer } from '../executor/executor.js'
import type { Operation } from '../executor/operation.js'
import type { Observe } from '../plugins/observe.js'
import { cachingHeaders } from '../plugins/use-caching.js'
import { isToldBy200 } from '../plugins/use-graphql-over-http.js'
import type { DirectQuestion } from './direct-question.js'
import { asGraphqlError, type FormatError, formattedErrors } from './format-errors.js'

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
    const { text, known, operationName, variables } = question
    const { queryHash, operation, document } = known
    const name = operation.name?.value
    const ends = this.options.observers.map(observe => observe(context))
    context.trace?.operation(operation.operation, name)
    let answer: OperationAnswer
    let thrown = false
    try {
      answer = await this.options.execute({
        request: { query: text, operationName, variables },
        document,
        queryHash,
        source: text,
        schema: this.options.schema(),
        context,
      })
    } catch (error) {
      thrown = true
      answer = { errors: [asGraphqlError(error)] }
    }
    const formatted = answer.errors && formattedErrors(answer.errors, this.options.formatError)
    const errors = formatted?.errors ?? []
    let status = formatted?.status ?? (thrown ? 500 : isRun(answer) ? 200 : 400)
    if (answer.errors?.length && isToldBy200(question.accept, answer.errors)) status = 200
    const hasData = Boolean(answer.data)
    for (const end of ends) end({ type: operation.operation, name, queryHash, errors, hasData })
    reply.code(status).header('content-type', question.contentType)
    for (const [header, value] of cachingHeaders(context)) reply.header(header, value)
    const told = { errors: formatted?.errors, data: answer.data, extensions: answer.extensions }
    const body = answerBody(told)
    const forms = context.kept?.forms
    if (forms && typeof body !== 'string') noteForms(body, forms, aroundData(told))
    return body
  }
}

/** Without `data` nothing was run: that is the client's doing. */
const isRun = ({ data, errors }: OperationAnswer) => data !== undefined || !errors?.length
