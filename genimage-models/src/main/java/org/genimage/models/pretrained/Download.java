package org.genimage.models.pretrained;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.pretrained.FileRecord.Check;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.genimage.models.pretrained.TransferException.Kind;

/**
 * One file on its way into its place. Its bytes go to a file {@code .NAME.part}, which a later
 * attempt or process resumes. Only when they are complete and their hash is right does the file get
 * its name. The caller holds the lock on it.
 */
final class Download {

  private static final System.Logger LOGGER = System.getLogger(Download.class.getName());
  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+)");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final long STEP = 1 << 20;
  private static final String AGAIN = "try again later, or use another mirror";

  private final Access access;
  private final Client client;
  private final PublishedFile file;
  private final URI server;
  private final Path place;
  private final Path partial;
  private final Path note;
  private final String revision;
  private final Content expected;
  private boolean resumed;
  private boolean reached;

  /**
   * Prepares a download.
   *
   * @param noted what was noted of the file when it was here before
   */
  Download(
      Access access, Client client, PublishedFile file, Path place, Optional<FileRecord> noted) {
    this.access = access;
    this.client = client;
    this.file = file;
    this.server = access.server(file.host());
    this.place = place;
    this.partial = place.resolveSibling("." + place.getFileName() + ".part");
    this.note = place.resolveSibling("." + place.getFileName() + ".part.json");
    this.revision = noted.map(FileRecord::revision).orElse(file.revision());
    this.expected = file.expected().or(noted.map(FileRecord::content).orElse(Content.UNKNOWN));
  }

  /**
   * Downloads the file.
   *
   * @throws TransferException if it does not arrive as it should
   * @throws IOException if it cannot be written
   * @throws InterruptedException if this thread is interrupted; what has arrived stays
   */
  FileRecord run() throws IOException, InterruptedException {
    while (true) {
      PartialDownload part = transfer();
      Optional<TransferException> problem = Foreign.problem(partial);
      Digests found = Digests.of(partial, part.content());
      if (problem.isEmpty()) {
        problem =
            found
                .differenceFrom(part.content())
                .map(text -> TransferException.lasting("another content: " + text, AGAIN));
      }
      if (problem.isEmpty()) {
        return keep(part, found);
      }
      discard();
      if (!resumed) {
        throw problem.get();
      }
      resumed = false;
      LOGGER.log(
          Level.WARNING,
          "{0}: the parts do not make the file ({1}); it is downloaded anew",
          file.name(),
          problem.get().getMessage());
    }
  }

  private FileRecord keep(PartialDownload part, Digests found) throws IOException {
    Check check =
        file.isPinned() ? Check.PINNED : part.content().isKnown() ? Check.STATED : Check.FIRST_USE;
    FileRecord noted =
        new FileRecord(
            file.published().toString(), part.revision(), found.bytes(), found.sha256(), check);
    // First the note: a file without one was put there by hand.
    noted.write(place, file.licence());
    WholeFiles.rename(partial, place);
    Files.deleteIfExists(note);
    return noted;
  }

  private void discard() throws IOException {
    Files.deleteIfExists(note);
    Files.deleteIfExists(partial);
  }

  private long arrived() throws IOException {
    return Files.exists(partial) ? Files.size(partial) : 0;
  }

  /** Tries until the file is complete. */
  private PartialDownload transfer() throws IOException, InterruptedException {
    int failures = 0;
    while (true) {
      long before = arrived();
      try {
        return attempt();
      } catch (TransferException e) {
        failures = arrived() > before ? 1 : failures + 1;
        Thread.sleep(pause(e, failures).toMillis());
      }
    }
  }

  private Duration pause(TransferException e, int failures) throws TransferException {
    Timing timing = access.timing();
    Duration pause = e.waitingTime().orElse(timing.pauseAfter(failures));
    if (e.kind() == Kind.LASTING
        || e.kind() == Kind.UNREACHABLE && !reached
        || failures >= timing.attempts()) {
      throw e;
    }
    if (pause.compareTo(timing.longestPause()) > 0) {
      throw TransferException.lasting(
              "%s, which asks to wait %s".formatted(e.getMessage(), Timing.shown(pause)),
              e.remedy())
          .because(e);
    }
    LOGGER.log(
        Level.INFO,
        "{0}: {1}; next attempt in {2}",
        file.name(),
        e.getMessage(),
        Timing.shown(pause));
    return pause;
  }

  private PartialDownload attempt() throws IOException, InterruptedException {
    Optional<PartialDownload> earlier = PartialDownload.read(note).filter(this::isOfThisFile);
    long have = earlier.isPresent() ? arrived() : 0;
    if (have > 0 && earlier.get().content().bytes().equals(Optional.of(have))) {
      resumed = true;
      return earlier.get();
    }
    String asked = earlier.map(PartialDownload::revision).orElse(revision);
    Map<String, String> headers = have > 0 ? range(have, earlier.get()) : Map.of();
    try (Answer answer = client.get(file.host(), file.address(server, asked), headers)) {
      reached = true;
      long start = start(answer, have, earlier);
      PartialDownload part = described(answer, asked, start > 0 ? earlier : Optional.empty());
      checkSpace(part, start);
      if (start == 0) {
        discard(); // first, so that the note never describes other bytes
      }
      part.write(note);
      return write(answer, part, start);
    }
  }

  private boolean isOfThisFile(PartialDownload part) {
    return part.canBeResumed()
        && (part.revision().equals(revision) || !COMMIT.matcher(revision).matches())
        && expected.or(part.content()).equals(part.content());
  }

  private static Map<String, String> range(long from, PartialDownload part) {
    ImmutableMap.Builder<String, String> headers = ImmutableMap.builder();
    headers.put("Range", "bytes=%s-".formatted(from));
    part.etag().ifPresent(etag -> headers.put("If-Range", etag));
    return headers.buildOrThrow();
  }

  /** Returns where in the file the answer begins. */
  private long start(Answer answer, long have, Optional<PartialDownload> earlier)
      throws IOException {
    if (answer.status() == 200) {
      return 0;
    }
    Matcher range = RANGE.matcher(answer.header("content-range").orElse(""));
    boolean fits =
        answer.status() == 206
            && have > 0
            && range.matches()
            && range.group(1).equals(Long.toString(have))
            && earlier
                .flatMap(PartialDownload::etag)
                .map(etag -> answer.header("etag").map(etag::equals).orElse(true))
                .orElse(true);
    if (!fits) {
      discard();
      throw TransferException.passing(
          "answer %s with another part of the file than asked for".formatted(answer.status()),
          AGAIN);
    }
    return have;
  }

  /** Returns what is now known of the file; what the answer says must fit what was known. */
  private PartialDownload described(Answer answer, String asked, Optional<PartialDownload> earlier)
      throws IOException {
    if (answer.header("content-type").orElse("").startsWith("text/html")) {
      throw Foreign.webPage();
    }
    if (!answer.header("content-encoding").orElse("identity").equals("identity")) {
      throw TransferException.lasting(
          "an answer in the encoding " + answer.header("content-encoding").get(), AGAIN);
    }
    Content known = expected.or(earlier.map(PartialDownload::content).orElse(Content.UNKNOWN));
    Content stated = answer.statement().content();
    Content length = new Content(length(answer), Optional.empty(), Optional.empty());
    for (Content claim : List.of(stated, length)) {
      if (!claim.or(known).equals(known.or(claim))) {
        throw TransferException.lasting(
            "a server that announces another content: " + difference(known, claim), AGAIN);
      }
      known = known.or(claim);
    }
    String commit =
        COMMIT.matcher(asked).matches() ? asked : answer.statement().commit().orElse(asked);
    return new PartialDownload(commit, PartialDownload.strong(answer.header("etag")), known);
  }

  private static String difference(Content known, Content claim) {
    if (claim.bytes().isPresent() && !claim.bytes().equals(known.or(claim).bytes())) {
      return "expected %s bytes, found %s".formatted(known.bytes().get(), claim.bytes().get());
    }
    return "expected %s, found %s".formatted(hash(known), hash(claim));
  }

  private static String hash(Content content) {
    return content
        .sha256()
        .map("SHA-256 "::concat)
        .or(() -> content.gitBlob().map("git's SHA-1 "::concat))
        .orElse("no hash");
  }

  /** Returns the length of the whole file. */
  private static Optional<Long> length(Answer answer) {
    if (answer.status() == 200) {
      return answer.header("content-length").flatMap(Statement::number);
    }
    Matcher range = RANGE.matcher(answer.header("content-range").orElse(""));
    return range.matches() ? Statement.number(range.group(2)) : Optional.empty();
  }

  private void checkSpace(PartialDownload part, long start) throws TransferException {
    long needed = part.content().bytes().orElse(file.size()) - start;
    long free = freeSpace();
    if (free < needed) {
      throw TransferException.lasting(
          "%s of free space in %s where it needs %s"
              .formatted(PublishedFile.shown(free), place.getParent(), PublishedFile.shown(needed)),
          "make room, or choose another folder (GENIMAGE_CACHE)");
    }
  }

  private long freeSpace() {
    try {
      return Files.getFileStore(place.getParent()).getUsableSpace();
    } catch (IOException | UnsupportedOperationException e) {
      return Long.MAX_VALUE; // not known: writing will tell
    }
  }

  private PartialDownload write(Answer answer, PartialDownload part, long start)
      throws IOException, InterruptedException {
    Optional<Long> total = part.content().bytes();
    long most = total.orElse(2 * file.size() + STEP);
    long done = start;
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.truncate(start).position(start);
      resumed |= start > 0;
      progress(done, total);
      long shown = done;
      Optional<List<ByteBuffer>> bytes = answer.body().next(access.timing().timeout());
      while (bytes.isPresent()) {
        for (ByteBuffer buffer : bytes.get()) {
          done += buffer.remaining();
          WholeFiles.drain(channel, buffer);
        }
        if (done > most) {
          throw TransferException.lasting("more than %s bytes".formatted(most), AGAIN);
        }
        if (done - shown >= STEP) {
          progress(done, total);
          shown = done;
        }
        bytes = answer.body().next(access.timing().timeout());
      }
      channel.force(true);
    }
    if (total.isPresent() && done < total.get()) {
      throw TransferException.passing("only %s of %s bytes".formatted(done, total.get()), AGAIN);
    }
    progress(done, Optional.of(done));
    return new PartialDownload(
        part.revision(),
        part.etag(),
        part.content().or(new Content(Optional.of(done), Optional.empty(), Optional.empty())));
  }

  private void progress(long done, Optional<Long> total) {
    access.options().progress().update(done, Math.max(done, total.orElse(file.size())));
  }
}
