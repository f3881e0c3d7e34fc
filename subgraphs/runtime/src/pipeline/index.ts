export type { InputTable, JudgeModels, RunJob, RunLimits, RunMessage, RunPipeline, RunResult } from './job.js'
export { judgeModels, runPipeline, traceProducts } from './sandbox.js'
