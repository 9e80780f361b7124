// A Fastify server with the schemas of the document, its default settings of Ajv, and the smallest handler.
// Arguments: port, path of the document.

import { readFileSync } from "node:fs";
import Fastify from "fastify";
import yaml from "js-yaml";

const [port, path] = process.argv.slice(2);
const document = yaml.load(readFileSync(path, "utf8"));

// What JSON Schema has: Ajv in strict mode rejects what only OpenAPI does. A default within `anyOf` it rejects as well.
const KEYWORDS = new Set(["type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "format"]);

function schemaOf(value) {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (value === null || typeof value !== "object") return value;
  if (value.$ref) return schemaOf(document.components.schemas[value.$ref.split("/").pop()]);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => KEYWORDS.has(name))
      .map(([name, held]) => [name, name === "properties" ? propertiesOf(held) : schemaOf(held)]),
  );
}

const propertiesOf = (held) => Object.fromEntries(Object.entries(held).map(([name, each]) => [name, schemaOf(each)]));

const { schemas } = document.components;
const AUTOSCALING = {
  min_replica: 0,
  max_replica: 1,
  autoscaling_window: 60,
  scale_down_delay: 900,
  concurrency_target: 1,
  target_utilization_percentage: 70,
  target_in_flight_tokens: null,
};
const PROMOTION = defaultsOf(schemas.PromotionSettingsV1);
const ROLLING = defaultsOf(schemas.RollingDeployConfigV1);
const INSTANCE = {
  id: "1x2",
  name: "1x2",
  memory_limit_mib: 2048,
  millicpu_limit: 1000,
  gpu_count: 0,
  gpu_type: null,
  gpu_memory_limit_mib: null,
};

function defaultsOf(schema) {
  return Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, each.default]));
}

// What was sent, over what stands for the rest.
const over = (usual, sent) =>
  Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, sent?.[name] ?? value]));

const server = Fastify();
server.addHook("onRequest", async (request, reply) => {
  if (/^api-key +\S/i.test(request.headers.authorization ?? "")) return;
  await reply.code(401).header("WWW-Authenticate", "Api-Key").send({ code: "UNAUTHORIZED", message: "no key" });
});
server.post(
  "/v1/models/:model_id/environments",
  { schema: { body: schemaOf(schemas.CreateEnvironmentRequestV1) } },
  async ({ body, params }) => {
    const promotion = over(PROMOTION, body.promotion_settings);
    const rolling = promotion.rolling_deploy_config;
    return {
      name: body.name,
      created_at: new Date().toISOString(),
      model_id: params.model_id,
      current_deployment: null,
      candidate_deployment: null,
      in_progress_promotion: null,
      autoscaling_settings: over(AUTOSCALING, body.autoscaling_settings),
      promotion_settings: { ...promotion, rolling_deploy_config: rolling && over(ROLLING, rolling) },
      instance_type: INSTANCE,
    };
  },
);
await server.listen({ port: Number(port), host: "127.0.0.1" });
