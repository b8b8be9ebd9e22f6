import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

/**
 * A body must already be what its schema says. The framework's usual validator coerces: it would turn the null of "nothing
 * chosen" into an empty string, drop misspelt fields in silence, and an official's form would lose what was written.
 * Addresses and queries are text by nature, so those, and only those, are converted.
 */
export const validateStrictly = (app: FastifyInstance): void => {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const compiled = Compile(schema);
    return (given: unknown) => {
      const value = httpPart === 'body' ? given : Value.Convert(schema, given);
      if (compiled.Check(value)) return { value };
      const problems: FastifySchemaValidationError[] = compiled.Errors(value).map((problem) => ({
        keyword: problem.keyword,
        instancePath: problem.instancePath,
        schemaPath: problem.schemaPath,
        params: {},
        message: problem.message,
      }));
      return { error: Object.assign(new Error('not valid'), { validation: problems }) };
    };
  });
};
