import { Gauge, Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client'

interface DistributionOptions {
  name: string
  help: string
  label: string
  buckets: readonly number[]
  register: Registry
}

/** What was observed under one value of the label. */
export class Series {
  /** By bucket, not cumulated; the last one holds what is above all. */
  readonly counts: number[]
  sum = 0

  constructor(private readonly buckets: readonly number[]) {
    this.counts = new Array(buckets.length + 1).fill(0)
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.buckets.length && value > this.buckets[bucket]!) bucket++
    this.counts[bucket]!++
    this.sum += value
  }
}

/**
 * A histogram with one label that is counted in plain numbers and becomes Prometheus' values when it is read: prom-client
 * makes a key of the labels at every observation, which at a dozen fetches per request costs a tenth of it. (A gauge by
 * its class: of a gauge a registry takes whatever values `get` gives.)
 */
export class Distribution extends Gauge<string> {
  private readonly series = new Map<string, Series>()
  /** Never observed: says what a histogram is. */
  private readonly empty: Histogram

  constructor(private readonly of: DistributionOptions) {
    const { name, help, register } = of
    super({ name, help, registers: [register] })
    this.empty = new Histogram({ name, help, registers: [] })
  }

  /** To be kept by whoever observes often. */
  at(value: string): Series {
    let series = this.series.get(value)
    if (!series) {
      series = new Series(this.of.buckets)
      this.series.set(value, series)
    }
    return series
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, buckets, label } = this.of
    const values: MetricValueWithName<string>[] = []
    for (const [value, { counts, sum }] of this.series) {
      let count = 0
      for (const [bucket, more] of counts.entries()) {
        count += more
        const le = buckets[bucket] ?? '+Inf'
        values.push({ labels: { le, [label]: value }, value: count, metricName: `${name}_bucket` })
      }
      values.push({ labels: { [label]: value }, value: sum, metricName: `${name}_sum` })
      values.push({ labels: { [label]: value }, value: count, metricName: `${name}_count` })
    }
    return { ...(await this.empty.get()), values }
  }
}
