// Harness for `conformance client`: makes one call of a client library for each input line.
// Fill in CLIENT, NUMBERS, `call` and `plain`; keep the rest. console.log writes to standard error.
// Import an ES module by its names, and a CommonJS module whole: import client from "client".
import { createInterface } from "node:readline";
import { Environments } from "./environments.mts";

const CLIENT = "environments 1.0";

// "double": integers above 2^53 are not tested. "exact": your client accepts and returns BigInt, or JSON text.
const NUMBERS = "double";

// Make the call with your client and return what it returns; do not catch its exceptions.
async function call({ baseUrl, apiKey, body, parameters }) {
  return await new Environments(baseUrl, apiKey).create(parameters.model_id, body);
}

// Return the result of `call` as JSON data, with every value that the client provides. An exception is the harness's.
function plain(result) {
  return result;
}

// What follows is the protocol.
const BIG = "\uE000";
const BIG_INTEGER = /("(?:[^"\\]|\\.)*")|-?\d{16,}(?![\d.eE])/g;

function parse(text) {
  if (NUMBERS !== "exact") return JSON.parse(text);
  const marked = text.replace(BIG_INTEGER, (number, string) => string ?? `"${BIG}${number}"`);
  const read = (_, value) => (typeof value === "string" && value[0] === BIG ? BigInt(value.slice(1)) : value);
  return JSON.parse(marked, read);
}

function stringify(value) {
  const text = JSON.stringify(value ?? null, function (name, each) {
    if (this[name] instanceof Date && isNaN(this[name])) return "Invalid Date";
    return typeof each === "bigint" ? `${BIG}${each}` : each;
  });
  return (text ?? "null").replace(/"\uE000(-?\d+)"/g, "$1");
}

function described(error) {
  if (error instanceof Error) return { type: error.name, message: error.message };
  try {
    return { type: typeof error, message: JSON.stringify(error) ?? String(error) };
  } catch {
    return { type: typeof error };
  }
}

// Tell whether a line of this file failed, and not the client: a name that does not exist, a property of undefined.
function isOurs(error) {
  if (!(error instanceof TypeError || error instanceof ReferenceError)) return false;
  const frames = String(error.stack).split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("<anonymous>"));
  return frames[0]?.includes(decodeURIComponent(new URL(import.meta.url).pathname)) ?? false;
}

async function result({ base_url: baseUrl, api_key: apiKey, body_json: bodyJson, ...parameters }) {
  let returned;
  try {
    returned = await call({ baseUrl, apiKey, body: parse(bodyJson), bodyJson, parameters });
  } catch (error) {
    return isOurs(error) ? { failed: described(error) } : { raised: described(error) };
  }
  try {
    return { returned_json: stringify(returned === undefined || returned === null ? null : await plain(returned)) };
  } catch (error) {
    return { failed: described(error) };
  }
}

console.log = console.error;
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");
let started = false;
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (started) say({ id: asked.id, ...(await result(asked.call)) });
  else say({ protocol: 1, client: CLIENT, numbers: NUMBERS });
  started = true;
}
