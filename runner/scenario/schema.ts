import { Signal } from "../../kernel/signal.ts";
import { HOOKS } from "../../pnotify/events.ts";
import { EXPECTATIONS } from "../engine/expectations.ts";
import type { Fields, Shape } from "../engine/shape.ts";
import type { Verb } from "../engine/verb.ts";
import { VERBS } from "../engine/verbs.ts";
import { MODULE_FIELDS } from "./check_modules.ts";
import { ERRNO_NAMES } from "./check_scalar.ts";
import { MOST_STEPS } from "./check_steps.ts";
import { TASK_FIELDS } from "./check_tasks.ts";
import { BOUNDS_FIELDS, KERNEL_FIELDS } from "./parse.ts";

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** A name; inside a repetition `{i}` may be a part of it. */
const NAME: JsonSchema = { type: "string", pattern: "^[A-Za-z_{][A-Za-z0-9_.{}-]*$" };

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.type) {
    case "record":
      return recordSchema(shape.fields, shape.short === undefined ? [] : [shape.short]);
    case "list": {
      const list = {
        type: "array",
        items: schemaOf(shape.of),
        ...(shape.min === undefined ? {} : { minItems: shape.min }),
      };
      return shape.single ? { anyOf: [list, schemaOf(shape.of)] } : list;
    }
    case "map":
      return {
        type: "object",
        additionalProperties: schemaOf(shape.values),
        ...(shape.keys.type === "choice" ? { propertyNames: { enum: shape.keys.of } } : {}),
      };
    case "either":
      return { anyOf: shape.of.map(schemaOf) };
    case "call":
      return {
        anyOf: [
          { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*\\.\\w+$" },
          // Besides the call there may be `as`.
          { type: "object", minProperties: 1, maxProperties: 2 },
        ],
      };
    case "steps":
      return { $ref: "#/$defs/steps" };
    case "expectations":
      return { $ref: "#/$defs/expectations" };
    case "json":
      return {};
    default:
      return scalarSchema(shape);
  }
}

function scalarSchema(shape: Shape): JsonSchema {
  switch (shape.type) {
    case "boolean":
      return { type: "boolean" };
    case "integer":
    case "number":
      return {
        type: shape.type,
        ...(shape.min === undefined ? {} : { minimum: shape.min }),
        ...(shape.max === undefined ? {} : { maximum: shape.max }),
      };
    case "choice":
      return { enum: shape.of };
    case "errno":
      return { enum: ERRNO_NAMES };
    case "signal":
      return {
        anyOf: [
          { enum: Object.keys(Signal) },
          { enum: Object.keys(Signal).map((name) => name.slice(3)) },
        ],
      };
    case "duration":
      return unitSchema("ns|us|ms|s|m|h");
    case "size":
      return unitSchema("B|kB|KB|MB|GB|KiB|MiB|GiB");
    case "hook-call":
      return { type: "string", pattern: `^(${HOOKS.join("|")})\\s+\\S+` };
    case "task-path":
      return { type: "string", pattern: "^init(/[^/ ]+)*( Z)?$" };
    case "task":
    case "new-task":
    case "new-value":
    case "value":
    case "module":
      return NAME;
    default:
      return { type: ["string", "number", "boolean"] };
  }
}

function unitSchema(units: string): JsonSchema {
  return {
    anyOf: [
      { type: "number", minimum: 0 },
      { type: "string", pattern: `^\\d+(\\.\\d+)? ?(${units})$` },
    ],
  };
}

/** A map with fixed keys. A plain value may stand for a key. */
function recordSchema(fields: Fields, short: readonly string[]): JsonSchema {
  const record = {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, { shape, doc }]) => [
        name,
        { ...schemaOf(shape), description: doc },
      ]),
    ),
    required: Object.keys(fields).filter((name) => fields[name].required),
    additionalProperties: false,
  };
  if (short.length === 0) return record;
  return { anyOf: [record, ...short.map((name) => schemaOf(fields[name].shape))] };
}

function verbSchema(verb: Verb): JsonSchema {
  const as = { ...NAME, description: "the name that its outcome gets" };
  const description = `${verb.summary}. Example: ${verb.example}`;
  if (verb.whole !== undefined) {
    return { ...schemaOf(verb.fields[verb.whole].shape), description };
  }
  const fields = verb.binds === null ? {} : { as };
  const schema = recordSchema(verb.fields, verb.short === null ? [] : [verb.short]);
  const record = (schema.anyOf as JsonSchema[] | undefined)?.[0] ?? schema;
  const withAs = {
    ...record,
    properties: { ...(record.properties as JsonSchema), ...fields },
  };
  if (schema.anyOf === undefined) return { ...withAs, description };
  return { anyOf: [withAs, ...(schema.anyOf as JsonSchema[]).slice(1)], description };
}

function stepSchema(): JsonSchema {
  const verbs = Object.fromEntries(VERBS.map((verb) => [verb.name, verbSchema(verb)]));
  const special = {
    expect: { $ref: "#/$defs/expectations", description: "Check something at once" },
    repeat: {
      description: "How often the step is done; or a map with times and steps",
      anyOf: [
        { type: "integer", minimum: 1, maximum: MOST_STEPS },
        {
          type: "object",
          properties: {
            times: { type: "integer", minimum: 1, maximum: MOST_STEPS },
            steps: { $ref: "#/$defs/steps" },
            index: { type: "string", description: "{NAME} stands for the round; i by default" },
          },
          required: ["times", "steps"],
          additionalProperties: false,
        },
      ],
    },
    phase: { type: ["string", "number"], description: "The heading that steps from here on get" },
    as: { ...NAME, description: "The name that the outcome gets" },
    fails: { enum: ERRNO_NAMES, description: "The error that the step must fail with" },
  };
  const names = [...VERBS.map(({ name }) => name), "expect"];
  return {
    type: "object",
    properties: { ...verbs, ...special },
    additionalProperties: false,
    anyOf: [...names, "repeat", "phase"].map((name) => ({ required: [name] })),
  };
}

function expectationSchema(): JsonSchema {
  const properties = Object.fromEntries(
    EXPECTATIONS.map(({ kind, shape, summary, example }) => [
      kind,
      { ...schemaOf(shape), description: `${summary}. Example: ${example}` },
    ]),
  );
  return { type: "object", properties, additionalProperties: false };
}

function taskSchema(): JsonSchema {
  const path = { type: "string", pattern: "^(init|kthreadd)(/[A-Za-z_][A-Za-z0-9_.-]*)*$" };
  const described = { type: "object", additionalProperties: recordSchema(TASK_FIELDS, []) };
  return { type: "array", items: { anyOf: [path, described] } };
}

function moduleSchema(): JsonSchema {
  const module = { anyOf: [{ type: "string" }, recordSchema(MODULE_FIELDS, [])] };
  return {
    anyOf: [
      { type: "array", items: { type: "string" } },
      { type: "object", additionalProperties: module },
    ],
  };
}

/**
 * Makes the JSON Schema of scenarios from the tables of verbs and expectations.
 *
 * @param version The version of the program.
 * @returns The schema.
 */
export function scenarioSchema(version: string): JsonSchema {
  const list = { $ref: "#/$defs/expectations" };
  const quantified = {
    type: "object",
    properties: { always: list, sometimes: list, never: list },
    additionalProperties: false,
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `pnotify ${version} scenario`,
    type: "object",
    properties: {
      scenario: { type: ["string", "number"], description: "Its title" },
      description: { description: "More about it, for readers" },
      seed: { type: "integer", minimum: 0, description: "What all randomness follows from" },
      kernel: recordSchema(KERNEL_FIELDS, []),
      tasks: { ...taskSchema(), description: "Tasks that are there before the first step" },
      modules: { ...moduleSchema(), description: "Its modules" },
      steps: { $ref: "#/$defs/steps" },
      concurrently: {
        type: "object",
        minProperties: 2,
        additionalProperties: { $ref: "#/$defs/steps" },
        description: "What runs at the same time, after the steps",
      },
      bounds: recordSchema(BOUNDS_FIELDS, []),
      expect: { anyOf: [list, quantified] },
    },
    required: ["scenario"],
    additionalProperties: false,
    $defs: {
      steps: { type: "array", items: { $ref: "#/$defs/step" } },
      step: stepSchema(),
      expectations: {
        anyOf: [
          { type: "array", items: { ...expectationSchema(), minProperties: 1, maxProperties: 1 } },
          expectationSchema(),
        ],
      },
    },
  };
}
