import { conceal, concealText, credentialsOf, hiddenTexts } from './conceal.js'
import { readSource } from './source.js'

const hiddenIn = (text: string, env: Record<string, string>) => hiddenTexts(readSource(text, 'x.yaml', env).root!)

describe('what no message may quote', () => {
  test('a text with a variable in it, the value alone, and the password of a URL', () => {
    const hidden = hiddenIn(`path: "\${API_KEY}/data"`, { API_KEY: 'https://user:p%40ss-9999@host' })
    expect([...hidden]).toEqual([
      'https://user:p%40ss-9999@host/data',
      'p%40ss-9999',
      'p@ss-9999',
      'https://user:p%40ss-9999@host',
    ])
    for (const told of [
      'cannot open https:/user:p%40ss-9999@host',
      'refused p@ss-9999',
      'https://user:p%40ss-9999@host',
    ])
      expect(concealText(told, hidden)).not.toMatch(/p(%40|@)ss/)
  })

  test('a default stands in the file, and alone it is no secret', () => {
    expect([...hiddenIn(`path: "\${FOLDER:-sales}/2026.csv"`, {})]).toEqual(['sales/2026.csv'])
  })

  test('short texts count as words, and very short ones not at all', () => {
    const found = { code: 'PRODUCT_MISSING', severity: 'error', message: 'The product is in prod, not in p.' } as const
    expect(conceal([{ ...found, hint: 'prod/x' }], ['prod', 'p'])).toMatchObject([
      { message: 'The product is in ***, not in p.', hint: '***/x' },
    ])
  })

  test('a token alone before the host is one', () => {
    expect(credentialsOf('https://ghp_abc@host/x')).toEqual(['ghp_abc'])
    expect(credentialsOf('mysql://root:@host/x')).toEqual([])
    expect(credentialsOf('https://host/a@b')).toEqual([])
  })
})
