import * as z from 'zod';
import { invalid } from './sns-input.ts';

export type MessageAttributes = Readonly<Record<string, { readonly type: string; readonly value: string }>>;

const Type = z
  .string()
  .regex(/^(String|Number|Binary|String\.Array)$/, 'must be String, String.Array, Number or Binary');

export const MessageAttributeEntries = z
  .array(
    z.strictObject({
      Name: z.string().regex(/^[\w.-]{1,256}$/),
      Value: z.strictObject({
        DataType: Type,
        StringValue: z.string().min(1).optional(),
        BinaryValue: z.base64().min(1).optional(),
      }),
    }),
  )
  .max(10)
  .default([])
  .transform((entries): MessageAttributes =>
    Object.fromEntries(
      entries.map(({ Name, Value: { DataType, StringValue, BinaryValue } }) => {
        const value = DataType === 'Binary' ? BinaryValue : StringValue;
        if (value === undefined)
          throw invalid(`The message attribute '${Name}' must contain non-empty message attribute value.`);
        if (DataType === 'Number' && Number.isNaN(Number(value))) {
          throw invalid(`The message attribute '${Name}' is no number.`);
        }
        return [Name, { type: DataType, value }];
      }),
    ),
  );
