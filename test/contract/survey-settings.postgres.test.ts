import t from 'tap';
import { surveySettingsContract } from './survey-settings.ts';

surveySettingsContract(t, 'postgres');
