import { generateKeyPair, SignJWT } from 'jose'
import { Authenticator } from './authenticator.js'

const issuer = 'https://id.example.com'
const audience = 'terrane'

test('a good token is checked once, however its header is spelt; a bad one each time', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  let checked = 0
  const keys = async () => {
    checked++
    return publicKey
  }
  const authenticator = new Authenticator({ issuer, audience, algorithms: ['RS256'], claims: {}, keys })
  const token = await new SignJWT({ sub: 'user:ann' })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey)
  expect(authenticator.remembered(`Bearer ${token}`)).toBeUndefined()
  for (const header of [`Bearer   ${token}`, `bearer ${token}`, `Bearer ${token}  `, `Bearer ${token}`])
    expect(await authenticator.authenticate(header)).toMatchObject({ caller: { authenticated: true } })
  expect(checked).toBe(1)
  expect(authenticator.remembered(`Bearer ${token}`)).toMatchObject({ authenticated: true })

  const [head, , signature] = token.split('.')
  const another = Buffer.from(JSON.stringify({ iss: issuer, aud: audience, sub: 'user:bob', exp: 1e10 }))
  const forgeries = [`${token.slice(0, -8)}AAAAAAAA`, `${head}.${another.toString('base64url')}.${signature}`]
  for (const forged of forgeries.map(one => `Bearer ${one}`)) {
    for (let times = 0; times < 2; times++)
      expect(await authenticator.authenticate(forged)).toMatchObject({ refused: 'invalid' })
    expect(authenticator.remembered(forged)).toBeUndefined()
  }
  expect(checked).toBe(5)
  expect(authenticator.remembered(`Bearer ${token}`)).toMatchObject({ authenticated: true })
})
