// Grants and the delegations below them (4). In: chains as they travel. Out: what holds of them, or Refused.

import { readFileSync } from 'node:fs'
import { same, Refused } from './cbor.mjs'
import { bounds, need } from './bounds.mjs'
import { open } from './signed.mjs'

const HOUR = 3600000
const page = readFileSync(new URL('../../../docs/protocol-types.md', import.meta.url), 'utf8')

/** The rows of a table of docs/protocol-types.md. */
function table (name) {
  const text = page.split(`<!-- ${name}: made from the code -->`)[1].split('<!--')[0]
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('`', '')))
}

const PARENT = new Map(table('purposes'))
const GROUP = new Map(table('fields').map(([field, group]) => [field, group]))
const PERMITS = new Map(table('agreements').map(([code, permits]) => [code, permits.split(', ').filter(Boolean)]))

/** Is it this purpose, or one within it? */
export const within = (purpose, broader) => purpose === broader || (PARENT.get(purpose) ? within(PARENT.get(purpose), broader) : false)

/** Does an agreement permit nothing that the other does not? */
export const noLooser = (own, bound) => PERMITS.get(own).every((what) => PERMITS.get(bound).includes(what))

const WITH_ANALYTICS = ['ServiceUsageAnalytics', 'ResearchAndDevelopment']
const WITH_PROFILING = ['Marketing', 'Personalisation']

/** Is a grant within the agreement (2.6)? */
export function permits (agreement, { purposes, bounds }) {
  const terms = PERMITS.get(agreement)
  const isWithin = (purpose, list) => list.some((broader) => within(purpose, broader))
  const kept = agreement !== 'PDC-INTENT' || bounds.retention <= 90
  return kept && purposes.every((purpose) => {
    if (isWithin(purpose, ['SellDataToThirdParties'])) return false
    const [analytics, profiling] = [isWithin(purpose, WITH_ANALYTICS), isWithin(purpose, WITH_PROFILING)]
    const handedOn = bounds.delegations === 0 || !(analytics || profiling) || terms.includes('third parties')
    return handedOn && (!analytics || terms.includes('analytics')) && (!profiling || terms.includes('profiling'))
  })
}

/** The fields that selectors stand for. */
export function expand (selectors) {
  const all = selectors.flatMap((one) => GROUP.has(one) ? [one] : [...GROUP].filter(([, group]) => group === one).map(([field]) => field))
  return new Set(all)
}

const READS = ['read_once', 'read', 'subscribe']
const includes = (above, own) => typeof own === 'string' && typeof above === 'string'
  ? READS.indexOf(own) <= READS.indexOf(above)
  : own.write !== undefined && own.write === above.write

/** No wider than the link above (4.4)? */
function narrower (own, above) {
  const [mine, upper] = [own.bounds, above.bounds]
  const fields = expand(above.fields)
  return [...expand(own.fields)].every((field) => fields.has(field)) &&
    own.purposes.every((purpose) => above.purposes.some((broader) => within(purpose, broader))) &&
    includes(above.access, own.access) &&
    mine.not_before >= upper.not_before && mine.expires <= upper.expires && mine.per_hour <= upper.per_hour &&
    (upper.uses === null || (mine.uses !== null && mine.uses <= upper.uses)) &&
    mine.retention <= upper.retention && mine.delegations < upper.delegations
}

/** A chain from the top (4.5); its links come out, the grant first. */
export function chain (types, { grant, links }, person, holder) {
  need(links.length <= 4, 'too many links', 'too_large')
  const top = open(types, 'grant', grant)
  need(same(top.value.issuer, person), 'another issuer', 'wrong_audience')
  bounds.grant(top.value)
  const found = [top]
  for (const signed of links) {
    const link = open(types, 'delegation', signed)
    const above = found.at(-1)
    need(link.value.above === above.id && same(link.value.delegator, above.value.audience), 'a link that does not follow', 'broken_chain')
    try {
      bounds.delegation(link.value)
    } catch (error) {
      throw error instanceof Refused ? new Refused('widened', error.message) : error
    }
    need(narrower(link.value.scope, above.value.scope), 'wider than the link above', 'widened')
    found.push(link)
  }
  need(same(found.at(-1).value.audience, holder), 'another holder', 'wrong_audience')
  return found
}

/** Is the chain live at a moment (4.6)? `used` tells by id how often each link was. */
export function live (found, now, revoked, used) {
  need(!found.some(({ id }) => revoked.has(id)), 'revoked', 'revoked')
  for (const { id, value: { scope } } of found) {
    need(now >= scope.bounds.not_before, 'not yet', 'not_yet_valid')
    need(now < scope.bounds.expires, 'over', 'expired')
    const { in_all: inAll, this_hour: thisHour, hour } = used.get(id) ?? { in_all: 0, this_hour: 0, hour: 0 }
    const uses = scope.access === 'read_once' ? Math.min(1, scope.bounds.uses ?? 1) : scope.bounds.uses
    need(uses === null || inAll < uses, 'used up', 'used_up')
    const counts = now >= hour && now - hour < HOUR ? thisHour : 0
    need(counts < scope.bounds.per_hour, 'too many in this hour', 'rate_limited')
  }
}
