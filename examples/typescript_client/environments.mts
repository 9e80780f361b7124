// A client of the environments of Baseten's management API.

export interface Creation {
  name: string;
  autoscaling_settings?: Record<string, unknown> | null;
  promotion_settings?: Record<string, unknown> | null;
}

export interface Environment extends Record<string, unknown> {
  name: string;
  model_id: string;
  created_at: string;
}

export class EnvironmentsError extends Error {
  constructor(message: string, readonly status?: number) {
    super(message);
    this.name = "EnvironmentsError";
  }
}

export class Environments {
  constructor(private readonly baseUrl: string, private readonly apiKey: string) {}

  async create(modelId: string, body: Creation): Promise<Environment> {
    if (["", ".", ".."].includes(modelId)) throw new EnvironmentsError(`"${modelId}" is not the id of a model`);
    if (/[\x00-\x1f\x7f]/.test(this.apiKey)) throw new EnvironmentsError("the key has control characters");
    const response = await fetch(`${this.baseUrl}/v1/models/${encodeURIComponent(modelId)}/environments`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Api-Key ${this.apiKey}` },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status !== 200) throw new EnvironmentsError(`status ${response.status}`, response.status);
    // A damaged compressed body would be waited for without end.
    const late = new Promise<never>((_, fail) => setTimeout(fail, 5_000, new EnvironmentsError("no complete body")).unref());
    const bytes = await Promise.race([response.arrayBuffer(), late]);
    const created = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof created?.name !== "string") throw new EnvironmentsError("the response is not an environment");
    return created as Environment;
  }
}
