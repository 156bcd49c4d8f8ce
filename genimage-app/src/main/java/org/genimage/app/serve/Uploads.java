package org.genimage.app.serve;

import com.google.common.base.Ascii;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;
import org.genimage.data.claims.Claims;

/** Reads the images of a request's body into memory, without waiting on a thread. */
final class Uploads {

  private static final int PART_HEADERS = 8192;
  private static final long MIB = 1 << 20;
  private static final int LONGEST_TYPE = 100;
  private static final String TYPES =
      "Send one image as the body, with a Content-Type such as image/jpeg or"
          + " application/octet-stream, or several as multipart/form-data.";

  private final ServiceLimits limits;

  Uploads(ServiceLimits limits) {
    this.limits = limits;
  }

  static boolean isMultipart(Request request) {
    return type(request).startsWith("multipart/");
  }

  private static String type(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type == null ? "" : Ascii.toLowerCase(type.strip());
  }

  /** Returns the most bytes that the body can have, as far as its headers tell. */
  long bytes(Request request) {
    long length = request.getLength();
    return length >= 0 ? length : most(request);
  }

  private long most(Request request) {
    return isMultipart(request) ? limits.requestBytes() : limits.imageBytes();
  }

  /**
   * Checks what the headers say of the body, before any of it is read.
   *
   * @throws ProblemException if it is no image, or too large
   */
  void check(Request request) {
    if (isEmpty(request)) {
      throw new ProblemException(empty());
    }
    String type = type(request);
    boolean isKnown =
        type.startsWith("image/")
            || type.startsWith("application/octet-stream")
            || type.startsWith("multipart/form-data");
    if (!isKnown) {
      throw new ProblemException(Problem.mediaType(found(type) + TYPES));
    }
    if (request.getLength() > most(request)) {
      throw new ProblemException(tooLarge(request));
    }
  }

  /** Returns whether a request has no body, as its headers tell it. */
  private static boolean isEmpty(Request request) {
    return request.getLength() == 0
        || request.getLength() < 0 && !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  private static Problem empty() {
    return Problem.malformed("The body is empty. " + TYPES);
  }

  private static String found(String type) {
    return type.isEmpty()
        ? "The body has no Content-Type. "
        : "The body has the Content-Type %s, which is not taken. "
            .formatted(Claims.visible(Ascii.truncate(type, LONGEST_TYPE, "...")));
  }

  private Problem tooLarge(Request request) {
    return Problem.tooLarge(
        isMultipart(request)
            ? "A request may have %s images (--max-images) of %s each (--max-megabytes), and %s in all."
                .formatted(limits.images(), size(limits.imageBytes()), size(limits.requestBytes()))
            : "An image may have %s; where the service is yours, --max-megabytes raises that."
                .formatted(size(limits.imageBytes())));
  }

  private static String size(long bytes) {
    boolean isWhole = bytes % MIB == 0 || bytes > 100 * MIB;
    return isWhole ? bytes / MIB + " MiB" : bytes + " bytes";
  }

  /** Returns the images of the body, when it is read; a failure is a {@link ProblemException}. */
  CompletableFuture<List<Upload>> read(Request request) {
    CompletableFuture<List<Upload>> uploads;
    try {
      uploads = isMultipart(request) ? parts(request) : body(request);
    } catch (RuntimeException e) {
      uploads = CompletableFuture.failedFuture(e);
    }
    return uploads.handle(
        (read, problem) -> {
          if (problem != null) {
            throw new ProblemException(problem(request, problem));
          }
          return read;
        });
  }

  private CompletableFuture<List<Upload>> body(Request request) {
    CompletableFuture<byte[]> body = new CompletableFuture<>();
    Content.Source.asByteArrayAsync(
        request, Math.toIntExact(limits.imageBytes()), Promise.Invocable.toPromise(body));
    return body.thenApply(
        content -> {
          if (content.length == 0) {
            throw new ProblemException(empty());
          }
          return List.of(new Upload(Optional.empty(), content));
        });
  }

  private CompletableFuture<List<Upload>> parts(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    String boundary = MultiPart.extractBoundary(type);
    if (boundary == null) {
      throw new ProblemException(Problem.malformed("The multipart type has no boundary."));
    }
    MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
    parser.setMaxMemoryFileSize(-1); // no file is ever written
    parser.setMaxFileSize(limits.imageBytes());
    parser.setMaxLength(limits.requestBytes());
    parser.setMaxParts(limits.images());
    parser.setPartHeadersMaxLength(PART_HEADERS);
    CompletableFuture<MultiPartFormData.Parts> parts = new CompletableFuture<>();
    parser.parse(request, Promise.Invocable.toPromise(parts));
    return parts.thenApply(this::images);
  }

  private List<Upload> images(MultiPartFormData.Parts parts) {
    try (parts) {
      List<Upload> images = new ArrayList<>();
      for (MultiPart.Part part : parts) {
        if (!"images".equals(part.getName())) {
          throw new ProblemException(
              Problem.malformed(
                  "Each part is an image and has the name \"images\"; another name was found."));
        }
        ByteBuffer content = Content.Source.asByteBuffer(part.getContentSource());
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        images.add(new Upload(Optional.ofNullable(part.getFileName()), bytes));
      }
      if (images.isEmpty()) {
        throw new ProblemException(Problem.malformed("The body has no part. " + TYPES));
      }
      return images;
    } catch (IOException e) {
      throw new UncheckedIOException("a part that is in memory can be read", e);
    }
  }

  private Problem problem(Request request, Throwable failure) {
    Throwable cause = ProblemException.unwrapped(failure);
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    if (cause instanceof TimeoutException) {
      return Problem.bodyTooSlow();
    }
    if (cause instanceof IllegalStateException) {
      return tooLarge(request); // of a body, of a part, of the number of parts
    }
    if (cause instanceof EOFException
        || cause instanceof HttpException
        || cause instanceof IllegalArgumentException
        || cause instanceof IOException) {
      return Problem.malformed("The body is cut off, or is no multipart/form-data.");
    }
    return Problem.internal();
  }
}
