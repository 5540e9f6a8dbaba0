/** Whether a User-Agent is one of programs that fetch pages by themselves, as far as it says so. */
export function isKnownBot(agent: string): boolean {
  return KIND.test(agent) || NAME.test(agent)
}

/** What most of them call themselves; the telephones named Cubot are none. */
const KIND = /(?<!cu)bot|spider|crawl|scrape|archiver|indexer|slurp|favicon/i

/** Libraries that programs fetch with, and those that are called anything. */
const NAMES = [
  ...['AppEngine-Google', 'Apache-HttpClient', 'Go-http-client', 'Google-HTTP-Java-Client', 'HttpMonitor'],
  ...['JNLP', 'Python-urllib', 'SimplePie', 'SimpleRSS', 'TLSProber', 'WinHTTP', 'aihttp', 'axios'],
  ...['http%20client', 'okhttp', 'reqwest', 'scalaj-http', 'unirest-'],
  ...['+/web/snippet', 'Ask Jeeves', 'BingPreview', 'BlogBridge', 'BoardReader', 'Catchpoint', 'Checklinks'],
  ...['DataparkSearch', 'Daumoa', 'Flamingo_SearchEngine', 'Genieo', 'GomezAgent', 'Google SketchUp'],
  ...['HooWWWer', 'InternetArchive', 'LinkAider', 'Mediapartners-Google', 'Netvibes', 'NewsGator', 'Nutch'],
  ...['PagePeeker', 'PagesInventory', 'Read%20Later', 'Rival IQ', 'SEOstats', 'Scrapy', 'Scrubby'],
  ...['Slack-ImgProxy', 'Squrl Java', 'URL2PNG', 'Web-sniffer', 'WebThumb', 'WebZIP', 'WhatWeb', 'WordPress'],
  ...['Xenu', 'Yahoo! Slurp', 'YahooSeeker', 'Yandex', 'YottaaMonitor', 'altavista', 'facebookexternalhit'],
  ...['fetchurl', 'findlinks', 'grub-client', 'heritrix', 'htdig', 'ia_archiver', 'ichiro', 'larbin', 'yacy'],
]
const NAME = new RegExp(NAMES.map((name) => name.replace(/[+.]/g, '\\$&')).join('|'))
