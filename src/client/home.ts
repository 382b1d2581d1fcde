import './home/learner-card.ts';
import './home/lesson-progress.ts';
