import Answer from './Answer.astro';
import Choice from './Choice.astro';
import Danger from './Danger.astro';
import Explain from './Explain.astro';
import Hint from './Hint.astro';
import LessonMap from './LessonMap.astro';
import Predict from './Predict.astro';
import Quiz from './Quiz.astro';
import Recording from './Recording.astro';
import Reply from './Reply.astro';
import Run from './Run.astro';
import Solution from './Solution.astro';
import Sources from './Sources.astro';
import Step from './Step.astro';
import Val from './Val.astro';
import Why from './Why.astro';

/** What a lesson's prose may use. */
export const lessonComponents = {
  Answer,
  Choice,
  Danger,
  Explain,
  Hint,
  Map: LessonMap,
  Predict,
  Quiz,
  Recording,
  Reply,
  Run,
  Solution,
  Sources,
  Step,
  Val,
  Why,
};
