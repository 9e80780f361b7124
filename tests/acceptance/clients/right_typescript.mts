// Harness of a client that is right: it encodes, validates, keeps every digit, and throws on all that is no answer.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { parse, stringify } from "lossless-json";
import { play } from "./node_loop.mts";

// A later document may add values to a list.
const later = (schema: any): any =>
  Array.isArray(schema)
    ? schema.map(later)
    : schema !== null && typeof schema === "object"
      ? Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "enum").map(([name, item]) => [name, later(item)]))
      : schema;

const document = later(JSON.parse(readFileSync(process.argv[2], "utf8")));
const ajv = new Ajv2020({ strict: false });
(addFormats as any)(ajv);
// ajv-formats takes a space for T, which RFC 3339 leaves to applications.
const { validate: isDateTime } = (fullFormats as any)["date-time"];
ajv.addFormat("date-time", (text: string) => !text.includes(" ") && isDateTime(text));
const validate = ajv.compile({ ...document.components.schemas.EnvironmentV1, components: document.components });

await play("a right client in TypeScript", async ({ base_url, api_key, model_id, body_json }) => {
  if (["", ".", ".."].includes(model_id)) throw new Error("this names no model");
  if (/[\x00-\x1f\x7f]/.test(api_key)) throw new Error("this is no key"); // fetch would trim it
  const response = await fetch(`${base_url}/v1/models/${encodeURIComponent(model_id)}/environments`, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(5_000),
    headers: { "Content-Type": "application/json", Authorization: `Api-Key ${api_key}` },
    body: stringify(parse(body_json)),
  });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  // A damaged gzip stream would be waited for for ever.
  const late = new Promise<never>((_, fail) => setTimeout(fail, 5_000, new Error("no whole body")).unref());
  const text = new TextDecoder("utf-8", { fatal: true }).decode(await Promise.race([response.arrayBuffer(), late]));
  if (!validate(JSON.parse(text))) throw new Error(ajv.errorsText(validate.errors));
  return stringify(parse(text)) as string;
});
