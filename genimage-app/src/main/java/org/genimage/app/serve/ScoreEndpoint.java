package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.Request;

/** {@code POST /v1/score}: reads, scores, answers; never waits on a thread. */
final class ScoreEndpoint {

  private static final System.Logger LOG = System.getLogger(ScoreEndpoint.class.getName());
  private static final JsonMapper JSON = new JsonMapper();

  private final ServiceSettings settings;
  private final FairQueue queue;
  private final Scoring scoring;
  private final Explanations explanations;
  private final ServiceMetrics metrics;
  private final Deadlines deadlines;
  private final Uploads uploads;

  /** Bytes of bodies that are open. */
  private final AtomicLong uploading = new AtomicLong();

  ScoreEndpoint(
      ServiceSettings settings,
      FairQueue queue,
      Scoring scoring,
      Explanations explanations,
      ServiceMetrics metrics,
      Deadlines deadlines) {
    this.settings = settings;
    this.queue = queue;
    this.scoring = scoring;
    this.explanations = explanations;
    this.metrics = metrics;
    this.deadlines = deadlines;
    this.uploads = new Uploads(settings.limits());
  }

  /**
   * Begins to answer a request.
   *
   * @throws ProblemException if it is refused before its body is read
   */
  void handle(Exchange exchange) {
    Request request = exchange.request();
    boolean explains = explains(request);
    uploads.check(request);
    FairQueue.Ticket ticket = queue.enter(client(request));
    Request.addCompletionListener(request, failure -> ticket.close());
    Optional<FairQueue.Ticket> explaining =
        explains ? Optional.of(explanations.enter(client(request))) : Optional.empty();
    explaining.ifPresent(place -> Request.addCompletionListener(request, failure -> place.close()));
    long bytes = uploads.bytes(request);
    Request.addCompletionListener(request, failure -> uploading.addAndGet(-bytes));
    if (uploading.addAndGet(bytes) > settings.limits().uploadBytes()) {
      throw new ProblemException(
          Problem.busy("The bodies of other requests take all the memory. Try again later."));
    }
    Future<?> slowBody =
        deadlines.after(settings.times().body(), () -> refuse(exchange, Problem.bodyTooSlow()));
    uploads
        .read(request)
        .whenComplete(
            (images, failure) -> {
              slowBody.cancel(false);
              try {
                if (failure != null) {
                  fail(exchange, failure);
                } else {
                  ticket.take(images.size() - 1);
                  score(exchange, ticket, explaining, images);
                }
              } catch (RuntimeException e) {
                fail(exchange, e);
              }
            });
  }

  /** Returns whether the client wants an explanation, too. */
  private boolean explains(Request request) {
    String query = request.getHttpURI().getQuery();
    if (query == null || query.isEmpty() || query.equals("explain=false")) {
      return false;
    }
    if (!query.equals("explain=true")) {
      throw new ProblemException(
          Problem.malformed(
              "The only option here is \"explain=true\"; remove what else follows the \"?\"."));
    }
    if (!explanations.areOffered()) {
      throw new ProblemException(
          Problem.malformed("This service makes no explanations; remove \"explain=true\"."));
    }
    if (Uploads.isMultipart(request)) {
      throw new ProblemException(
          Problem.malformed("\"explain=true\" takes one image, which is the body."));
    }
    return true;
  }

  /** Returns who shares a part of the capacity: the address, or what the proxy says it is. */
  private String client(Request request) {
    String forwarded = request.getHeaders().get("X-Forwarded-For");
    if (settings.behindProxy() && forwarded != null) {
      return Iterables.getLast(Splitter.on(',').trimResults().split(forwarded));
    }
    return Request.getRemoteAddr(request);
  }

  private void score(
      Exchange exchange,
      FairQueue.Ticket ticket,
      Optional<FairQueue.Ticket> explaining,
      List<Upload> images) {
    boolean isList = Uploads.isMultipart(exchange.request());
    List<CompletableFuture<ObjectNode>> answers = new ArrayList<>();
    for (Upload image : images) {
      CompletableFuture<ObjectNode> scored =
          ticket.submit(() -> scoring.score(image, exchange.id()));
      answers.add(explaining.map(place -> withExplanation(scored, place, image)).orElse(scored));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    Runnable stop = () -> answers.forEach(answer -> answer.cancel(false));
    Future<?> slowAnswer =
        deadlines.after(
            settings.times().answer(),
            () -> {
              refuse(exchange, Problem.answerTooSlow());
              stop.run();
            });
    // The connection is silent while the image waits; how long it may is the deadline's business.
    exchange.request().addIdleTimeoutListener(timeout -> false);
    deadlines.watch(
        exchange,
        () -> {
          exchange.abandon();
          stop.run();
        });
    Request.addCompletionListener(
        exchange.request(),
        failure -> {
          slowAnswer.cancel(false);
          deadlines.forget(exchange);
        });
    all.whenComplete(
        (done, failure) -> {
          try {
            if (isList) {
              exchange.answer(list(exchange, images, answers));
            } else if (failure == null) {
              ObjectNode answer = answers.get(0).join();
              metrics.verdict(answer.get("verdict").textValue());
              exchange.answer(answer);
            } else {
              fail(exchange, failure);
            }
          } catch (RuntimeException e) {
            fail(exchange, e);
          }
        });
  }

  /** Adds an explanation to an answer, when it is there. Cancelling the result cancels both. */
  private CompletableFuture<ObjectNode> withExplanation(
      CompletableFuture<ObjectNode> scored, FairQueue.Ticket place, Upload image) {
    CompletableFuture<ObjectNode> whole = new CompletableFuture<>();
    whole.whenComplete((done, failure) -> scored.cancel(false));
    scored.whenComplete(
        (answer, failure) -> {
          if (failure != null) {
            whole.completeExceptionally(failure);
          } else if (!whole.isDone()) {
            CompletableFuture<ObjectNode> explained =
                place.submit(() -> explanations.of(() -> scoring.decode(image)));
            whole.whenComplete((done, problem) -> explained.cancel(false));
            explained.whenComplete(
                (explanation, problem) -> {
                  if (problem == null) {
                    whole.complete(answer.set("explanation", explanation));
                  } else {
                    whole.completeExceptionally(problem);
                  }
                });
          }
        });
    return whole;
  }

  /** Returns the answers about several images, each with a status of its own. */
  private ObjectNode list(
      Exchange exchange, List<Upload> images, List<CompletableFuture<ObjectNode>> answers) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", exchange.id());
    ArrayNode list = json.putArray("images");
    for (int i = 0; i < images.size(); i++) {
      ObjectNode item = list.addObject();
      item.put("name", images.get(i).name().orElse(null));
      try {
        ObjectNode answer = answers.get(i).join();
        metrics.verdict(answer.get("verdict").textValue());
        item.put("status", 200).set("answer", answer);
      } catch (CompletionException | CancellationException e) {
        Problem problem = problem(exchange, e);
        metrics.refused(problem);
        item.put("status", problem.status()).set("problem", Exchange.json(problem, exchange.id()));
      }
    }
    return json;
  }

  private void fail(Exchange exchange, Throwable failure) {
    refuse(exchange, problem(exchange, failure));
  }

  private void refuse(Exchange exchange, Problem problem) {
    if (exchange.fail(problem)) {
      metrics.refused(problem);
    }
  }

  /** Returns the problem that a failure is to a client; the log has the rest. */
  static Problem problem(Exchange exchange, Throwable failure) {
    Throwable cause = ProblemException.unwrapped(failure);
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    if (cause instanceof CancellationException) {
      return Problem.answerTooSlow();
    }
    LOG.log(System.Logger.Level.ERROR, "request " + exchange.id() + " failed", cause);
    return Problem.internal();
  }
}
