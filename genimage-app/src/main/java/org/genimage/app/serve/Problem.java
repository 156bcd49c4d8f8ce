package org.genimage.app.serve;

import java.util.OptionalInt;

/**
 * Why a request, or an image of it, got no score: problem details of RFC 9457.
 *
 * @param code the last part of its type, in the order of docs/service.md
 * @param status of HTTP
 * @param title the same for all problems of a type
 * @param detail what was expected, what was found, and what to do
 * @param retryAfter seconds after which the same request may succeed
 */
record Problem(String code, int status, String title, String detail, OptionalInt retryAfter) {

  static Problem of(String code, int status, String title, String detail) {
    return new Problem(code, status, title, detail, OptionalInt.empty());
  }

  Problem retryAfter(int seconds) {
    return new Problem(code, status, title, detail, OptionalInt.of(seconds));
  }

  static Problem notFound() {
    return of("not-found", 404, "No such resource", "See /openapi.json for what there is.");
  }

  static Problem method(String allowed) {
    return of("method", 405, "Method not allowed", "Use " + allowed + ".");
  }

  static Problem unauthorised() {
    return of(
        "token",
        401,
        "A token is needed",
        "The header \"Authorization: Bearer TOKEN\" with the service's token is missing, or its token"
            + " is another. Send it.");
  }

  static Problem crossSite() {
    return of(
        "cross-site",
        403,
        "Not for other sites",
        "A page of another site sent this request. Use the service's own page. Behind a proxy, let"
            + " it pass the header Host on; a program sends neither Origin nor Sec-Fetch-Site.");
  }

  static Problem malformed(String detail) {
    return of("malformed", 400, "The request cannot be read", detail);
  }

  static Problem bodyTooSlow() {
    return of(
        "slow-body",
        408,
        "The body came too slowly",
        "The body did not arrive in time. Send the image again, or a smaller one.");
  }

  static Problem tooLarge(String detail) {
    return of("too-large", 413, "The request is too large", detail);
  }

  static Problem mediaType(String detail) {
    return of("media-type", 415, "The format is not supported", detail);
  }

  static Problem unreadable(String detail) {
    return of("unreadable", 422, "The image cannot be read", detail);
  }

  static Problem undefined() {
    return of(
        "no-score",
        422,
        "The image has no score",
        "The detector's result for this image is not a finite number.");
  }

  static Problem busy(String detail) {
    return of("busy", 429, "Too many requests", detail).retryAfter(1);
  }

  static Problem stopping() {
    return of(
            "stopping",
            503,
            "The service is stopping",
            "Send the request again; another instance may take it.")
        .retryAfter(5);
  }

  static Problem answerTooSlow() {
    return of("slow-answer", 503, "No score in time", "The service is overloaded. Try again later.")
        .retryAfter(10);
  }

  static Problem internal() {
    return of(
        "internal",
        500,
        "An error of the service",
        "The service's log has the reason beside this request's id.");
  }

  /** Returns the problem of a status that the HTTP library found. */
  static Problem ofStatus(int status) {
    return switch (status) {
      case 400 ->
          malformed("The request is not valid HTTP. Its address may have \"//\" or \"..\" in it.");
      case 404 -> notFound();
      case 408 -> bodyTooSlow();
      case 413 -> tooLarge("The body is larger than this service takes.");
      case 414 -> of("malformed", 414, "The address is too long", "Use a shorter address.");
      case 431 -> of("malformed", 431, "The headers are too large", "Send smaller headers.");
      case 503 -> stopping();
      default ->
          status >= 400 && status < 500
              ? of("malformed", status, "The request cannot be read", "The request is not valid.")
              : internal();
    };
  }
}
