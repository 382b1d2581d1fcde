import './home/go-on.ts';
import './home/learner-card.ts';
import './home/lesson-progress.ts';
