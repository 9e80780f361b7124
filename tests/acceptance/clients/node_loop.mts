// What the TypeScript harnesses share: the protocol.
import { createInterface } from "node:readline";

export type Call = { base_url: string; api_key: string; model_id: string; body_json: string };

// Make the calls that are asked for; `call` returns a JSON text, or throws.
export async function play(client: string, call: (given: Call) => Promise<string>): Promise<void> {
  console.log = console.error;
  const say = (value: unknown) => process.stdout.write(JSON.stringify(value) + "\n");
  let greeted = false;
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    if (!greeted) {
      greeted = true;
      say({ protocol: 1, client });
      continue;
    }
    try {
      say({ id: asked.id, returned_json: await call(asked.call) });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: typeof error, message: JSON.stringify(error) };
      say({ id: asked.id, raised: { type: name, message } });
    }
  }
}
