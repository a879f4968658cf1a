import type { JsonSchema } from "../../runner/scenario/schema.ts";

type Map = Readonly<Record<string, unknown>>;

/** Checks a value against the parts of JSON Schema that the schema of scenarios uses. */
export function isValid(root: JsonSchema, schema: JsonSchema, value: unknown): boolean {
  if (typeof schema.$ref === "string") {
    const path = schema.$ref.replace(/^#\//, "").split("/");
    const target = path.reduce((at, key) => (at as Map)[key], root as unknown);
    return isValid(root, target as JsonSchema, value);
  }
  const { anyOf, enum: choices, type } = schema;
  if (Array.isArray(anyOf) && !anyOf.some((one) => isValid(root, one, value))) return false;
  if (Array.isArray(choices) && !choices.includes(value)) return false;
  if (type !== undefined && ![type].flat().some((one) => hasType(one as string, value))) {
    return false;
  }
  if (typeof value === "string") return isValidText(schema, value);
  if (typeof value === "number") return isValidNumber(schema, value);
  if (Array.isArray(value)) return isValidList(root, schema, value);
  if (typeof value === "object" && value !== null) return isValidMap(root, schema, value as Map);
  return true;
}

function hasType(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  const actual: string = typeof value;
  return actual === type;
}

function isValidText({ pattern }: JsonSchema, value: string): boolean {
  return typeof pattern !== "string" || new RegExp(pattern, "u").test(value);
}

function isValidNumber({ minimum, maximum }: JsonSchema, value: number): boolean {
  return value >= (minimum as number ?? -Infinity) && value <= (maximum as number ?? Infinity);
}

function isValidList(root: JsonSchema, schema: JsonSchema, value: readonly unknown[]): boolean {
  if (value.length < (schema.minItems as number ?? 0)) return false;
  return schema.items === undefined ||
    value.every((item) => isValid(root, schema.items as JsonSchema, item));
}

function isValidMap(root: JsonSchema, schema: JsonSchema, value: Map): boolean {
  const keys = Object.keys(value);
  const { minProperties = 0, maxProperties = Infinity, required = [] } = schema;
  if (keys.length < (minProperties as number) || keys.length > (maxProperties as number)) {
    return false;
  }
  if ((required as string[]).some((key) => !keys.includes(key))) return false;
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const names = schema.propertyNames as JsonSchema | undefined;
  return keys.every((key) => {
    if (names !== undefined && !isValid(root, names, key)) return false;
    const property = properties[key];
    if (property !== undefined) return isValid(root, property, value[key]);
    const rest = schema.additionalProperties;
    if (rest === false) return false;
    return rest === undefined || isValid(root, rest as JsonSchema, value[key]);
  });
}
