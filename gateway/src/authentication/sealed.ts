import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** 256 bits made from a secret, for one use of it. */
export function keyFor(use: string, secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `terrane ${use}`, 32))
}

/** AES-256-GCM: whoever does not have the key can neither read nor change it. */
export function seal(key: Buffer, content: unknown): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const body = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** Undefined for what was not sealed with this key, or was changed since. */
export function unseal<Content>(key: Buffer, sealed: string): Content | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  // One content, one text: what decodes to the same is not the same.
  if (bytes.length < 29 || bytes.toString('base64url') !== sealed) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const body = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    return JSON.parse(body.toString('utf8')) as Content
  } catch {
    return undefined
  }
}
