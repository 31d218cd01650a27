import type { Json } from './kube-object.ts';

/** An error answer of the API with its `Status` body (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/). */
export class ApiStatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Json | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: Json,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }

  body(): Json {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** A path that no part of the API server feels responsible for: its router answers 404 in text, without a Status. */
export class UnknownPathError extends Error {
  constructor() {
    super('404 page not found');
  }
}

export function badRequest(message: string): ApiStatusError {
  return new ApiStatusError(400, 'BadRequest', message);
}

export function unauthorized(): ApiStatusError {
  return new ApiStatusError(401, 'Unauthorized', 'Unauthorized');
}

/** Something that does not exist in a group that the API server itself serves. */
export function noSuchResource(): ApiStatusError {
  return new ApiStatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function noSuchObject(resource: { group: string; plural: string }, name: string): ApiStatusError {
  const kind = qualified(resource);
  return new ApiStatusError(404, 'NotFound', `${kind} "${name}" not found`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
  });
}

/** What was asked for, as an authorizer sees it. */
export interface ResourceRequest {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** RBAC's sentence, with why the demo says no. */
export function forbidden(user: string, request: ResourceRequest, why: string): ApiStatusError {
  const { verb, group, plural, subresource, namespace, name } = request;
  const resource = subresource === '' ? plural : `${plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = `${qualified(request)}${name === '' ? '' : ` "${name}"`}`;
  return new ApiStatusError(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}: ${why}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
  );
}

function qualified({ group, plural }: { group: string; plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}
