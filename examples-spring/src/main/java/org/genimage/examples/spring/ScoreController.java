package org.genimage.examples.spring;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.DetectorService;
import org.genimage.models.Verdict;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** {@code POST /score}. No thread waits while an image is scored. */
@RestController
class ScoreController {

  /** Bytes of an encoded image. */
  private static final int LARGEST = 32 << 20;

  /** Strangers' images: no more pixels than this are decoded, whatever the file claims. */
  private static final Decoding DECODING = Decoding.PILLOW.maxPixels(40_000_000);

  private final DetectorService service;

  ScoreController(DetectorService service) {
    this.service = service;
  }

  /**
   * An answer.
   *
   * @param score the detector's probability of AI, from 0 to 1; not evidence
   * @param verdict what the score counts as
   */
  record Answer(String detector, double score, Verdict verdict) {}

  @PostMapping("/score")
  CompletableFuture<Answer> score(InputStream body) throws IOException {
    byte[] image = body.readNBytes(LARGEST + 1);
    if (image.length > LARGEST) {
      throw new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE);
    }
    return service
        .judge(() -> Image.read("the body", ByteSource.wrap(image), DECODING))
        .thenApply(
            judged -> new Answer(service.detector().name(), judged.score(), judged.verdict()));
  }

  @ExceptionHandler
  ProblemDetail unreadable(UnreadableImageException problem) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, problem.getMessage());
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> busy(RejectedExecutionException problem) {
    return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
        .header(HttpHeaders.RETRY_AFTER, "1")
        .body(ProblemDetail.forStatus(HttpStatus.TOO_MANY_REQUESTS));
  }
}
