import { type Static, Type } from 'typebox';
import { nullable } from '../core/shapes.ts';

const ofLanguage = <T>(schema: T) => ({ zh: schema, en: schema });

export const PromptItem = Type.Object({
  id: Type.String(),
  group: Type.String(),
  text: Type.Object(ofLanguage(Type.String())),
  /** Its sounds; a sentence with places for values has several. */
  pieces: Type.Object(ofLanguage(Type.Array(Type.String()))),
  maxSeconds: Type.Object(ofLanguage(nullable(Type.Number()))),
});
export const PromptsView = Type.Object({ prompts: Type.Array(PromptItem) });
export type PromptsView = Static<typeof PromptsView>;
