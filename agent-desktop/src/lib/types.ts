/** Shapes the pages share with the server, gathered in one place. Types only: nothing of the server is bundled. */
export type {
  AgentPhone,
  AgentProfileView,
  AgentView,
  CallbackView,
  CallerView,
  CallTarget,
  Colleague,
  Directory,
  DeskCallState,
  DeskCallView,
  DispositionView,
  Hello,
  LineAlarmView,
  LineReport,
  LineView,
  ListDelta,
  Me,
  None,
  OfferView,
  PageToServer,
  CityCardView,
  PartyView,
  QueueView,
  Result,
  RiskView,
  SeatView,
  ServerToPage,
  SipCredentials,
  TextWorkReason,
  SupervisorDelta,
  SupervisorView,
  TransferTarget,
  TranscriptionStatus,
  TrunkView,
  WaitingView,
} from '../../../server/realtime/protocol.ts';
export type {
  Draft,
  DraftField,
  DraftPatch,
  Evidence,
  FieldCandidate,
  FieldOrigin,
  FieldState,
  TicketKind,
  Urgency,
} from '../../../server/drafts/types.ts';
export type {
  CallAside,
  EarlierTicket,
  SimilarWhy,
  KnowledgeArticle,
  KnowledgeHit,
  Stretch,
} from '../../../server/drafts/aside-types.ts';
export type {
  CallInView,
  DecisionView,
  DryRunView,
  PlanFault,
  PlanView,
  RosterEntry,
  StandbyView,
  SurgeStatus,
  SurgeLevel,
  Words as SurgeWords,
} from '../../../server/surge/api-types.ts';
export type { SpeechSide, TranscriptUpdate } from '../../../asr/ports.ts';
export type { CallRow, LearnedPlaceRow, TicketRow } from '../../../server/store/ports.ts';
export type { City } from '../../../config/city.ts';

/** `GET /api/info`: known before anyone has logged in. */
export interface Info {
  readonly cityName: string;
  readonly hotlineNumber: string;
  readonly phoneEnabled: boolean;
  readonly version: string;
}

/** The draft's fields in the order in which the form shows them. */
export const fieldOrder = [
  'kind',
  'classId',
  'streetId',
  'communityId',
  'placeText',
  'departmentId',
  'occurredText',
  'callerName',
  'callbackNumber',
  'urgency',
  'risk',
  'summary',
] as const;

export type { Report as FigureReport, ReportKey as FigureKey } from '../../../server/acd/metrics/report.ts';
