package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.genimage.app.command.ImageWarnings;
import org.genimage.data.claims.Claims;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.DetectorService;
import org.genimage.models.UndefinedScoreException;

/** Turns an encoded image into what the service answers about it. */
final class Scoring {

  private static final JsonMapper JSON = new JsonMapper();

  /** Formats of pictures that are told apart, and not decoded, with what converts them. */
  private static final ImmutableMap<String, String> OTHER_FORMATS =
      ImmutableMap.of(
          "AVIF",
          libheif("avif"),
          "HEIC",
          libheif("heic"),
          "JPEG XL",
          ", for example with libjxl's \"djxl photo.jxl photo.png\"",
          "SVG",
          "");

  private static String libheif(String extension) {
    return (", for example with libheif's \"heif-convert photo.%s photo.png\" (its newer versions:"
            + " \"heif-dec photo.%s photo.png\")")
        .formatted(extension, extension);
  }

  private final DetectorService service;
  private final DetectorFacts facts;
  private final Decoding decoding;

  Scoring(DetectorService service, DetectorFacts facts, ServiceLimits limits) {
    this.service = service;
    this.facts = facts;
    this.decoding = Decoding.PILLOW.maxPixels(limits.pixels());
  }

  /** What is learned of a file while it is decoded, on a thread of the detector's service. */
  private record Seen(FileClaims claims, int width, int height) {}

  /** Returns the answer about an image; a failure is a {@link ProblemException}. */
  CompletableFuture<ObjectNode> score(Upload upload, String id) {
    long start = System.nanoTime();
    AtomicReference<Optional<Seen>> seen = new AtomicReference<>(Optional.empty());
    CompletableFuture<DetectorService.Judgement> judgement =
        service.judge(
            () -> {
              Image image = decode(upload);
              FileClaims claims = Claims.of(upload.content());
              seen.set(Optional.of(new Seen(claims, image.width(), image.height())));
              return image;
            });
    CompletableFuture<ObjectNode> answer =
        judgement.handle(
            (judged, failure) -> {
              if (failure != null) {
                throw failure(failure);
              }
              return answer(id, upload, judged, seen.get().orElseThrow(), start);
            });
    answer.whenComplete((done, failure) -> judgement.cancel(false)); // if it is cancelled
    return answer;
  }

  /**
   * Returns the image of an upload.
   *
   * @throws ProblemException if it cannot be read
   */
  Image decode(Upload upload) {
    try {
      return Image.read("image", ByteSource.wrap(upload.content()), decoding);
    } catch (UnreadableImageException e) {
      String format = Claims.of(upload.content()).format();
      if (OTHER_FORMATS.containsKey(format)) {
        throw new ProblemException(
            Problem.mediaType(
                "%s images are not decoded here. Convert the image to PNG without resizing it%s, and"
                        .formatted(format, OTHER_FORMATS.get(format))
                    + " send that."));
      }
      throw new ProblemException(Problem.unreadable(sentence(e.getMessage())));
    }
  }

  /** Returns what was expected and found, without the advice for programs in Java after it. */
  private static String sentence(String message) {
    int advice = message.lastIndexOf("; ");
    String found = advice < 0 ? message : message.substring(0, advice);
    String text = found.startsWith("image: ") ? found.substring("image: ".length()) : found;
    return "E" + text.substring(1) + ".";
  }

  private static RuntimeException failure(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ProblemException known) {
      return known;
    }
    if (cause instanceof UndefinedScoreException) {
      return new ProblemException(Problem.undefined());
    }
    if (cause instanceof RejectedExecutionException) {
      return new ProblemException(
          Problem.busy("The service has as many images open as it can take. Try again later."));
    }
    if (cause instanceof CancellationException cancelled) {
      return cancelled;
    }
    return new CompletionException(cause);
  }

  private ObjectNode answer(
      String id, Upload upload, DetectorService.Judgement judged, Seen seen, long start) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", id);
    json.put("score", judged.score());
    json.put("verdict", verdict(judged));
    facts.identify(json);
    json.set(
        "image",
        JSON.createObjectNode()
            .put("name", upload.name().orElse(null))
            .put("format", seen.claims().format())
            .put("width", seen.width())
            .put("height", seen.height())
            .put("bytes", upload.content().length));
    List<ImageWarnings.Warning> warnings =
        ImageWarnings.of(facts.detector().input(), upload.content(), seen.width(), seen.height());
    json.set(
        "warnings",
        JSON.createArrayNode()
            .addAll(
                warnings.stream()
                    .map(
                        warning ->
                            JSON.createObjectNode()
                                .put("code", warning.code())
                                .put("text", warning.text()))
                    .toList()));
    json.set("limits", facts.limits());
    json.set("claims", ClaimsJson.of(seen.claims()));
    json.put("milliseconds", (System.nanoTime() - start) / 1_000_000.0);
    return json;
  }

  /** Returns the verdict as answers and metrics have it. */
  static String verdict(DetectorService.Judgement judged) {
    return switch (judged.verdict()) {
      case AI -> "AI";
      case NATURE -> "natural";
      case UNSURE -> "unsure";
    };
  }
}
