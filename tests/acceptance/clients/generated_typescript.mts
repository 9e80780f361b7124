// Harness of a client that @hey-api/openapi-ts generated into the folder `generated` beside this file.
import { parse } from "lossless-json";
import { play } from "./node_loop.mts";
import { createClient, createConfig } from "./generated/client/index.ts";
import { postV1ModelsByModelIdEnvironments } from "./generated/sdk.gen.ts";

// Integers beyond 2^53 are BigInt, as a caller would have them: the client says that it takes those.
const number = (text: string) => {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? BigInt(text) : value;
};

await play("@hey-api/openapi-ts 0.95.0", async ({ base_url, api_key, model_id, body_json }) => {
  const client = createClient(createConfig({ baseUrl: base_url, auth: () => `Api-Key ${api_key}` }));
  const { data, error } = await postV1ModelsByModelIdEnvironments({
    client,
    path: { model_id },
    body: parse(body_json, null, number) as never,
  });
  if (error !== undefined) throw error;
  return data === undefined ? "null" : JSON.stringify(data);
});
