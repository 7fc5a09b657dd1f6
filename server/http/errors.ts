/** What a REST request can be refused with; the body is `{ code, message }`. */
export const httpErrors = {
  'bad-request': { status: 400, message: '请求内容不正确' },
  'not-logged-in': { status: 401, message: '请先登录' },
  'wrong-password': { status: 401, message: '用户名或密码不正确' },
  'not-allowed': { status: 403, message: '您没有权限进行此操作' },
  'csrf-failed': { status: 403, message: '页面已失效，请刷新后重试' },
  'not-found': { status: 404, message: '没有找到相应的内容' },
  'too-large': { status: 413, message: '请求内容过大' },
  'too-many-requests': { status: 429, message: '操作过于频繁，请稍后再试' },
  'server-error': { status: 500, message: '系统出现错误，请稍后重试' },
  unavailable: { status: 503, message: '系统暂时无法处理，请稍后重试' },
} as const;
export type HttpErrorCode = keyof typeof httpErrors;

/** A refusal that the caller of the API is told about. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  constructor(code: HttpErrorCode, options?: ErrorOptions) {
    super(`http: ${code}`, options);
    this.code = code;
  }
}

export function errorBody(code: HttpErrorCode): { readonly code: HttpErrorCode; readonly message: string } {
  return { code, message: httpErrors[code].message };
}

/** The server could not open a port; `message` is in plain words. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}
