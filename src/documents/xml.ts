import { SaxesParser } from 'saxes';

export type Attributes = Readonly<Record<string, string>>;

export interface XmlListener {
  /** @param name without its prefix: some programs write `x:row` */
  open(name: string, attributes: Attributes): void;
  close?(name: string): void;
  text?(part: string): void;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** An attribute by its name, with or without a prefix. */
export const attributeOf = (attributes: Attributes, name: string): string | undefined =>
  attributes[name] ?? Object.entries(attributes).find(([key]) => localName(key) === name)?.[1];

/** XML fed piece by piece. Entities of the file's own are not replaced, so none can grow. @throws at the first thing that is no XML */
export const createXmlReader = ({ open, close, text }: XmlListener): { write(part: string): void; end(): void } => {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  parser.on('error', (err) => {
    throw err;
  });
  parser.on('opentag', ({ name, attributes }) => open(localName(name), attributes));
  if (close) parser.on('closetag', ({ name }) => close(localName(name)));
  if (text) {
    parser.on('text', text);
    parser.on('cdata', text);
  }
  return { write: (part) => void parser.write(part), end: () => void parser.close() };
};
