import './answer-box.ts';
import './predict-box.ts';

export { showExplanations } from './explanations.ts';
