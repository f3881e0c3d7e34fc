export type { InputTable, JudgeModels, RunJob, RunLimits, RunMessage, RunPipeline, RunResult } from './job.js'
export { examineParquet, judgeModels, runPipeline, traceProducts } from './sandbox.js'
