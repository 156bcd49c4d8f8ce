package org.genimage.models.pretrained;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.pretrained.FileRecord.Check;
import org.genimage.models.pretrained.PublishedFile.Content;

/**
 * The folder with published files, each downloaded once: {@code MODEL/REVISION/FILE}, and a note of
 * each beside it. A file that somebody put there by hand is taken if its hash is right. Several
 * processes may use one folder: one downloads, the others wait.
 */
final class Cache {

  private static final System.Logger LOGGER = System.getLogger(Cache.class.getName());
  private static final long POLL_MILLIS = 100;

  private final Access access;

  Cache(Access access) {
    this.access = access;
  }

  /**
   * A file that is there and was checked.
   *
   * @param path where
   * @param noted what is known of it
   */
  record CachedFile(Path path, FileRecord noted) {}

  /** Returns where a file is, or will be. */
  Path place(PublishedModel model, PublishedFile file) {
    return access.cache().resolve(model.name()).resolve(file.revision()).resolve(file.name());
  }

  /**
   * Returns a file; downloads it if it is not there.
   *
   * @throws DownloadException if it cannot be had, or is not what was published
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  CachedFile obtain(PublishedModel model, PublishedFile file) {
    Path place = place(model, file);
    try {
      Optional<CachedFile> there = known(file, place);
      return there.isPresent() ? there.get() : obtainAlone(file, place);
    } catch (TransferException e) {
      throw new DownloadException(sentence(model, file, e.getMessage(), e.remedy()), e);
    } catch (IOException e) {
      Interruption.check(e, file.name() + " was being downloaded");
      throw new DownloadException(
          sentence(
              model,
              file,
              "that it cannot be read or written (%s)".formatted(WholeFiles.reason(e)),
              "make room, or choose another folder (GENIMAGE_CACHE)"),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while " + file.name() + " was being downloaded");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  private String sentence(PublishedModel model, PublishedFile file, String found, String remedy) {
    URI address = access.server(file.host());
    String asked =
        address.equals(file.host().address()) ? "" : ", asked of " + Addresses.shown(address);
    return "%s: expected %s (%s%s), found %s; %s, or download that file elsewhere and put it at %s"
        .formatted(
            model.name(),
            file.published(),
            PublishedFile.shown(file.size()),
            asked,
            found,
            remedy,
            place(model, file));
  }

  /** Returns a file that is there, if its hash is known; checks it. */
  private Optional<CachedFile> known(PublishedFile file, Path place) throws IOException {
    if (Files.notExists(place)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(place)) {
      throw TransferException.lasting("no file but a folder or a device there", "remove it");
    }
    Optional<FileRecord> noted = FileRecord.read(place);
    if (noted.isEmpty()) {
      return Optional.empty();
    }
    Content expected = file.expected().or(noted.get().content());
    check(expected, Digests.of(place, expected), place);
    return Optional.of(new CachedFile(place, noted.get()));
  }

  private static void check(Content expected, Digests found, Path place) throws IOException {
    Optional<TransferException> foreign = Foreign.problem(place);
    if (foreign.isPresent()) {
      throw foreign.get();
    }
    Optional<String> difference = found.differenceFrom(expected);
    if (difference.isPresent()) {
      throw TransferException.lasting(
          "another file at %s: %s".formatted(place, difference.get()),
          "delete it, so that it is downloaded again");
    }
  }

  private CachedFile obtainAlone(PublishedFile file, Path place)
      throws IOException, InterruptedException {
    if (Files.notExists(place)) {
      checkOnline();
    }
    Files.createDirectories(place.getParent());
    OutputLock lock = lock(file, place);
    try {
      Optional<CachedFile> there = known(file, place);
      if (there.isPresent()) {
        return there.get();
      }
      LOGGER.log(Level.INFO, "{0}", file.licence());
      access.options().licences().accept(file.licence());
      return Files.exists(place) ? adopt(file, place) : download(file, place);
    } finally {
      lock.close();
    }
  }

  private void checkOnline() throws TransferException {
    Optional<String> offline = access.offline();
    if (offline.isPresent()) {
      throw TransferException.lasting(
          "no file there, and no network, because " + offline.get(), "allow the network");
    }
  }

  private static OutputLock lock(PublishedFile file, Path place)
      throws IOException, InterruptedException {
    Optional<OutputLock> lock = OutputLock.of(place);
    if (lock.isEmpty()) {
      LOGGER.log(Level.INFO, "{0}: waits for another download of it", file.name());
    }
    while (lock.isEmpty()) {
      Thread.sleep(POLL_MILLIS);
      lock = OutputLock.of(place);
    }
    return lock.get();
  }

  private CachedFile download(PublishedFile file, Path place)
      throws IOException, InterruptedException {
    LOGGER.log(
        Level.INFO,
        "downloading {0} ({1}) to {2}",
        file.published(),
        PublishedFile.shown(file.size()),
        place);
    FileRecord noted =
        new Download(access, new Client(access), file, place, FileRecord.read(place)).run();
    LOGGER.log(Level.INFO, "{0} is complete: {1}", place, noted);
    return new CachedFile(place, noted);
  }

  /** Takes a file that somebody put there by hand. */
  private CachedFile adopt(PublishedFile file, Path place)
      throws IOException, InterruptedException {
    Statement statement = file.isPinned() ? Statement.NONE : statement(file);
    Content expected = file.expected().or(statement.content());
    Digests found = Digests.of(place, expected);
    check(expected, found, place);
    Check check =
        file.isPinned() ? Check.PINNED : expected.isKnown() ? Check.STATED : Check.FIRST_USE;
    FileRecord noted =
        new FileRecord(
            file.published().toString(),
            statement.commit().orElse(file.revision()),
            found.bytes(),
            found.sha256(),
            check);
    if (check == Check.FIRST_USE) {
      LOGGER.log(
          Level.WARNING,
          "{0}: no hub was asked for its hash, so it is taken as it is, with SHA-256 {1}",
          place,
          found.sha256());
    }
    noted.write(place, file.licence());
    return new CachedFile(place, noted);
  }

  /** Returns what the hub says of the file; nothing if it cannot be asked. */
  private Statement statement(PublishedFile file) throws InterruptedException {
    if (access.offline().isPresent()) {
      return Statement.NONE;
    }
    try {
      URI server = access.server(file.host());
      return new Client(access).ask(file.host(), file.address(server, file.revision()));
    } catch (TransferException e) {
      LOGGER.log(Level.INFO, "{0}: the hub was not asked: {1}", file.name(), e.getMessage());
      return Statement.NONE;
    }
  }
}
