export { CombinationError, choiceFor, choiceProblem } from './choice';
export {
  type Combination,
  type CombinationFigures,
  type CombinationState,
  type CombinationStep,
  type CombinedGradients,
  type GradientCombination,
  type GramCombination,
  type LossCombination,
  startState,
  type TaskGradients,
  type TaskWeights,
} from './combination';
export { type CombinationChoice, type CombinationName, combinations, makeCombination } from './combinations';
export { combineGradients } from './combine';
export { type PmtrecOptions, pmtrec, pmtrecDefaults } from './pmtrec';
export { type TriedCombination, type TriedStep, tryCombination } from './try-combination';
