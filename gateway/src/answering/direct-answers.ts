import type { FastifyReply } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { answerBody, aroundData } from '../executor/answer-data.js'
import { noteForms } from '../executor/caching/kept-forms.js'
import type { OperationAnswer, PromptExecutor } from '../executor/executor.js'
import type { Operation } from '../executor/operation.js'
import { cachingHeaders } from '../plugins/use-caching.js'
import { isToldBy200 } from '../plugins/use-graphql-over-http.js'
import { Observation, type Observer } from '../telemetry/observation.js'
import type { DirectQuestion } from './direct-question.js'
import { asGraphqlError, type FormatError, formattedErrors } from './format-errors.js'

export interface DirectAnswersOptions {
  /** The one that Apollo Server has too: it decides, validates, limits, plans. */
  execute: PromptExecutor
  schema: () => GraphQLSchema
  observers: readonly Observer[]
  formatError: FormatError
}

type Body = string | Buffer

interface Asked {
  question: DirectQuestion
  context: Operation
  reply: FastifyReply
  observation: Observation
}

/** Answers direct questions: byte for byte and with the status with which Apollo Server would answer them. */
export class DirectAnswers {
  constructor(private readonly options: DirectAnswersOptions) {}

  /** The body; status and type are set on the reply. At once where nobody has to be asked. */
  answer(question: DirectQuestion, context: Operation, reply: FastifyReply): Body | Promise<Body> {
    const { text, known, operationName, variables } = question
    const { queryHash, operation, document } = known
    const observation = new Observation(context, this.options.observers)
    context.observation = observation
    const asked: Asked = { question, context, reply, observation }
    const failed = (error: unknown) => this.tell(asked, { errors: [asGraphqlError(error)] }, true)
    context.trace?.operation(operation.operation, operation.name?.value)
    let answer: OperationAnswer
    try {
      const answering = this.options.execute({
        request: { query: text, operationName, variables },
        document,
        queryHash,
        source: text,
        schema: this.options.schema(),
        context,
      })
      if (answering instanceof Promise) return answering.then(answer => this.tell(asked, answer), failed)
      answer = answering
    } catch (error) {
      return failed(error)
    }
    return this.tell(asked, answer)
  }

  private tell({ question, context, reply, observation }: Asked, answer: OperationAnswer, thrown = false): Body {
    const { queryHash, operation } = question.known
    const formatted = answer.errors && formattedErrors(answer.errors, this.options.formatError)
    const errors = formatted?.errors ?? []
    let status = formatted?.status ?? (thrown ? 500 : isRun(answer) ? 200 : 400)
    if (answer.errors?.length && isToldBy200(question.accept, answer.errors)) status = 200
    const hasData = Boolean(answer.data)
    const { operation: type, name } = operation
    observation.answer({ type, name: name?.value, queryHash, errors, hasData })
    reply.code(status).header('content-type', question.contentType)
    for (const [header, value] of cachingHeaders(context)) reply.header(header, value)
    if (answer === context.kept?.answer && context.kept.body !== undefined) return context.kept.body
    const told = { errors: formatted?.errors, data: answer.data, extensions: answer.extensions }
    const body = answerBody(told)
    const forms = context.kept?.forms
    if (forms && typeof body !== 'string') noteForms(body, forms, aroundData(told))
    return body
  }
}

/** Without `data` nothing was run: that is the client's doing. */
const isRun = ({ data, errors }: OperationAnswer) => data !== undefined || !errors?.length
