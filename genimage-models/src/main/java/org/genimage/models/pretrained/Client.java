package org.genimage.models.pretrained;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.genimage.models.pretrained.TransferException.Kind;

/**
 * Asks servers for files. It follows redirects itself: never to another scheme, and with the token
 * on the hub's own server alone. Every wait ends.
 */
final class Client {

  private static final int MOST_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 500, 502, 503, 504);
  private static final String CHECK_NETWORK =
      "check the network and the proxy (HTTPS_PROXY, NO_PROXY)";

  private final Access access;
  private final HttpClient http;

  Client(Access access) {
    Proxies proxies = access.proxies();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies);
    proxies.authenticator().ifPresent(builder::authenticator);
    this.access = access;
    this.http = builder.build();
  }

  /**
   * Asks for a file, or a part of it.
   *
   * @param headers beside the usual ones
   * @return an answer with status 200, 206 or 416, to be closed by the caller
   * @throws TransferException if there is none
   * @throws InterruptedException if this thread is interrupted
   */
  Answer get(Host host, URI address, Map<String, String> headers)
      throws TransferException, InterruptedException {
    return new Exchange(host, "GET", headers, false).with(address);
  }

  /**
   * Asks what a server says of a file, without its content.
   *
   * @throws TransferException if it does not answer
   * @throws InterruptedException if this thread is interrupted
   */
  Statement ask(Host host, URI address) throws TransferException, InterruptedException {
    try (Answer answer = new Exchange(host, "HEAD", Map.of(), true).with(address)) {
      return answer.statement();
    }
  }

  /** One request with its redirects. */
  private final class Exchange {

    private final Host host;
    private final String method;
    private final Map<String, String> headers;
    private final boolean statementIsEnough;
    private final URI server;
    private final Set<URI> visited = new HashSet<>();
    private Statement statement = Statement.NONE;

    Exchange(Host host, String method, Map<String, String> headers, boolean statementIsEnough) {
      this.host = host;
      this.method = method;
      this.headers = headers;
      this.statementIsEnough = statementIsEnough;
      this.server = access.server(host);
    }

    Answer with(URI first) throws TransferException, InterruptedException {
      URI address = first;
      while (true) {
        if (!visited.add(address) || visited.size() > MOST_REDIRECTS) {
          throw TransferException.lasting(
              "redirects without end, to " + Addresses.shown(address),
              "check the mirror's address");
        }
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(request(address));
        if (Addresses.sameOrigin(address, server)) {
          statement = statement.or(Statement.of(response.headers()));
        }
        Answer answer =
            new Answer(
                response.statusCode(),
                address,
                response.headers(),
                statement,
                Body.of(response.body()));
        if (!REDIRECTS.contains(answer.status()) || isEnough()) {
          return checked(answer);
        }
        answer.close();
        address = target(address, response.headers());
      }
    }

    private boolean isEnough() {
      return statementIsEnough && statement.content().isKnown();
    }

    private HttpRequest request(URI address) throws TransferException {
      try {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(address)
                .method(method, BodyPublishers.noBody())
                .header("User-Agent", "genimage")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        token(address).ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return request.build();
      } catch (IllegalArgumentException e) {
        throw TransferException.lasting(
                "an address or a token that HTTP does not allow (%s)"
                    .formatted(Addresses.shown(address)),
                "check the mirror's address and the token (HF_TOKEN)")
            .because(e);
      }
    }

    private Optional<String> token(URI address) {
      return Addresses.sameOrigin(address, server) && Addresses.isPrivate(address)
          ? access.token(host)
          : Optional.empty();
    }

    private URI target(URI from, HttpHeaders headers) throws TransferException {
      String location = headers.firstValue("location").orElse("");
      URI target;
      try {
        target = from.resolve(location);
      } catch (IllegalArgumentException e) {
        throw TransferException.lasting(
                "a redirect to no address", "try again later, or use another mirror")
            .because(e);
      }
      if (!Addresses.scheme(target).equals(Addresses.scheme(from)) || target.getHost() == null) {
        throw TransferException.lasting(
            "a redirect from %s to %s, which is not followed"
                .formatted(Addresses.scheme(from), Addresses.shown(target)),
            Addresses.scheme(target).equals("https")
                ? "use its https address as the mirror"
                : "use another mirror");
      }
      return target;
    }

    private Answer checked(Answer answer) throws TransferException {
      int status = answer.status();
      if (status == 200 || status == 206 || status == 416 || isEnough()) {
        return answer;
      }
      answer.close();
      throw refusal(answer);
    }

    private String remedyOfToken(URI address) {
      if (token(address).isPresent()) {
        return "check that the token (HF_TOKEN) is valid and may read this file";
      }
      return access.token(host).isPresent()
          ? "the token (HF_TOKEN) was not sent, since it goes to the hub's own server alone and over"
              + " https alone"
          : "if it needs an account, set HF_TOKEN to a token that may read this file";
    }

    private TransferException refusal(Answer answer) {
      int status = answer.status();
      String found = "answer %s from %s".formatted(status, Addresses.shown(answer.address()));
      return switch (status) {
        case 401, 403 ->
            TransferException.lasting(
                found + (status == 401 ? " (not authorised)" : " (forbidden)"),
                remedyOfToken(answer.address()));
        case 404, 410 ->
            TransferException.lasting(
                found + " (no such file)",
                "check the mirror's address; if its owner has moved the file, a newer genimage may"
                    + " know where");
        case 407 ->
            TransferException.lasting(
                found + " (the proxy asks for a user)",
                "set HTTPS_PROXY as in http://user:password@proxy.example.com:3128");
        case 429 ->
            TransferException.passing(found + " (too many requests)", "try again later")
                .after(retryAfter(answer));
        default ->
            PASSING.contains(status)
                ? TransferException.passing(found + " (server error)", "try again later")
                    .after(retryAfter(answer))
                : TransferException.lasting(found, "try again later, or use another mirror");
      };
    }
  }

  /** Returns how long a server asks to wait, in seconds or until a date. */
  private static Optional<Duration> retryAfter(Answer answer) {
    return answer.header("retry-after").flatMap(Client::waitingTime);
  }

  private static Optional<Duration> waitingTime(String text) {
    Optional<Long> seconds = Statement.number(text.strip());
    if (seconds.isPresent()) {
      return seconds.map(Duration::ofSeconds);
    }
    try {
      ZonedDateTime date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(ZonedDateTime.now(date.getZone()), date);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The JDK's own timeout of a request would, since JDK 26, end a long body as well. */
  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HttpRequest request)
      throws TransferException, InterruptedException {
    Duration longest = access.timing().timeout();
    CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
        http.sendAsync(request, BodyHandlers.ofPublisher());
    try {
      return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new TransferException(
              Kind.UNREACHABLE, "no answer within " + Timing.shown(longest), CHECK_NETWORK)
          .because(e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw explained(request.uri(), e.getCause());
    }
  }

  private static TransferException explained(URI address, Throwable problem) {
    String host = address.getHost();
    String message = String.valueOf(problem.getMessage());
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return unreachable("no address of the host " + host, problem);
      }
      if (cause instanceof SSLException) {
        return TransferException.lasting(
                "no trusted connection to %s (%s)".formatted(host, cause.getMessage()),
                "if a proxy of your organisation stands between, give Java its certificate"
                    + " (-Djavax.net.ssl.trustStore)")
            .because(problem);
      }
    }
    if (problem instanceof ConnectException) {
      return unreachable("no connection to %s (%s)".formatted(host, message), problem);
    }
    if (message.contains("407") || message.contains("authentication")) {
      return TransferException.lasting(
              "a proxy that refuses (%s)".formatted(message),
              "set HTTPS_PROXY as in http://user:password@proxy.example.com:3128, and start Java"
                  + " with -Djdk.http.auth.tunneling.disabledSchemes= if the proxy asks for Basic")
          .because(problem);
    }
    return problem instanceof IOException
        ? TransferException.passing(
                "a connection to %s that broke off (%s)".formatted(host, message),
                "try again, it resumes where it stopped")
            .because(problem)
        : TransferException.lasting(
                "a failure of the connection to %s (%s)".formatted(host, problem), CHECK_NETWORK)
            .because(problem);
  }

  private static TransferException unreachable(String found, Throwable problem) {
    return new TransferException(Kind.UNREACHABLE, found, CHECK_NETWORK).because(problem);
  }
}
