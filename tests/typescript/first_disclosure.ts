// From an invitation to a disclosure, with the types that were generated from the API's description. In: the API's address, a key, the
// home of a person's node and the regie binary. Out: exit code 0 where all of it happened.
import { execFileSync } from "node:child_process";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [address, key, home, regie] = process.argv.slice(2) as [string, string, string, string];
const api = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });
type Problem = components["schemas"]["Problem"];

// What was answered, or the problem as an error: its code is stable, its detail names the next step.
function answered<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data !== undefined) return data;
  const problem = error as Problem;
  throw new Error(`${problem.code}: ${problem.detail} ${JSON.stringify(problem.errors ?? [])}`);
}

const invitation = answered(await api.POST("/v1/invitations", { body: { reference: "4711" } }));
execFileSync(regie, ["--home", home, "pair", "--yes", "--vouch", invitation.link]);
const [relationship] = answered(await api.GET("/v1/relationships", { params: { query: { reference: "4711" } } })).data;
if (!relationship) throw new Error("nobody came");

// A field that does not exist, or a purpose, is a mistake that the compiler tells.
const body: components["schemas"]["NewRequest"] = {
  relationship: relationship.id,
  fields: ["name.full"],
  purpose: "DeliveryOfGoods",
  reason: "to bring the parcel",
  retention_days: 30,
};
const made = answered(await api.POST("/v1/requests", { body, params: { header: { "Idempotency-Key": "first" } } }));
let request = made;
for (let tries = 0; request.state !== "answered" && tries < 600; tries += 1) {
  await new Promise((go) => setTimeout(go, 100));
  request = answered(await api.GET("/v1/requests/{id}", { params: { path: { id: made.id } } }));
}
const values = answered(await api.GET("/v1/relationships/{id}/values", { params: { path: { id: relationship.id } } })).data;
const [held] = values;
if (values.length !== 1 || held?.field !== "name.full" || held.value !== "Anna Bakker") throw new Error(JSON.stringify(values));

// Every mistake of a body comes at once, each with its place.
const wrong = { ...body, fields: ["nope.nope"], reason: "", acces: "read" } as unknown as typeof body;
const { error } = await api.POST("/v1/requests", { body: wrong });
const places = ((error as unknown as Problem).errors ?? []).map((mistake) => mistake.pointer).sort();
if (places.join() !== "#/acces,#/fields/0,#/reason") throw new Error(JSON.stringify(error));
