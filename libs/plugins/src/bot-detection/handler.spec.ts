import { describe, expect, it } from 'vitest'
import { aContext } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { botDetection } from './handler.ts'
import type { BotDetectionConfig } from './schema.ts'

const forbidden = { status: 403, error: 'Forbidden' }
const repeated = { status: 400, error: 'Only one User-Agent header allowed' }

describe('bot-detection', () => {
  it.each([
    'Googlebot/2.1 (+http://www.google.com/bot.html)',
    'Twitterbot/1.0',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
    'Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)',
    'Go-http-client/1.1',
    'Python-urllib/3.11',
    'okhttp/4.9.0',
    'axios/1.4.0',
    'Mozilla/5.0 (en-us) AppleWebKit/525.13 (KHTML, like Gecko; Google Web Preview) Version/3.1 Safari/525.13 Google (+https://developers.google.com/+/web/snippet/)',
  ])('stops %s', (agent) => {
    expect(access({}, agent)).toEqual(forbidden)
  })

  it.each([
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50.0.2661.102 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/117.0',
    'Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0 Mobile Safari/537.36',
    'curl/8.1.2',
    '',
  ])('lets %s pass', (agent) => {
    expect(access({}, agent)).toBeUndefined()
  })

  it.each<[string, Partial<BotDetectionConfig>, string | readonly string[] | undefined, unknown]>([
    ['no such header', { deny: ['.*'] }, undefined, undefined],
    ['two of them', { allow: ['.*'] }, ['a', 'b'], repeated],
    ['one that is denied', { deny: ['(hello)/(\\d+)'] }, 'say hello/7', forbidden],
    ['one that is not', { deny: ['(hello)/(\\d+)'] }, 'helloo/7', undefined],
    ['one that is denied, in other letters', { deny: ['hello'] }, 'HELLO', undefined],
    ['one that is denied and allowed', { deny: ['hello'], allow: ['^hello$'] }, ' hello ', undefined],
    ['a bot that is allowed', { allow: ['Twitterbot'] }, 'Twitterbot/1.0', undefined],
    ['lists that are null', { allow: null, deny: null }, 'Twitterbot/1.0', forbidden],
  ])('answers %s', (_title, config, agent, expected) => {
    expect(access(config, agent)).toEqual(expected)
  })
})

function access(config: Partial<BotDetectionConfig>, agent: string | readonly string[] | undefined) {
  const context = aContext(agent === undefined ? {} : { headers: { 'User-Agent': agent } })
  return handlerOf(botDetection, { allow: [], deny: [], ...config }).access?.(context)
}
