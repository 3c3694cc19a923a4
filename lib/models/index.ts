export * from './layers';
export { type MmoeSizes, mmoe, mmoeSizes } from './mmoe';
export type { DataShape, Inputs, Model, Pass } from './model';
export {
  elements,
  type Initial,
  initialValues,
  linearStart,
  type Parameter,
  type Values,
  xavierStart,
} from './parameter';
export { plainTemplate, type Template } from './template';
export { type TriedNorm, type TriedParts, type TryNormOptions, tryNorm, tryTemplate } from './try';
