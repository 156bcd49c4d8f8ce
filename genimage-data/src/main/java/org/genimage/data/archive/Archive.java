package org.genimage.data.archive;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.io.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.NaturalOrder;

/**
 * A ZIP archive of images in volumes. Info-ZIP writes volumes {@code .z01} to {@code .zip} whose
 * entries are counted from their volume's start; in an archive that was split afterwards they are
 * counted from the first volume's start. The directory is read once, is compared with the entries'
 * own headers, and takes some 40 bytes per image. Any thread may then read any image.
 *
 * <p>Format: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory),
 * 4.3.14 to 4.3.16 (its end, ZIP64's too), 4.5.3 (ZIP64's extra field). {@code java.util.zip} does
 * not read volumes. Commons Compress keeps half a kilobyte per entry and one channel for all
 * threads.
 */
final class Archive {

  /**
   * Archives of at most so many entries have every local header compared with the directory when
   * they are opened. In larger ones this would take minutes.
   */
  private static final int FEW = 4096;

  /** A split that is not inside a folder with the archive's name. */
  private static final Pattern BARE =
      Pattern.compile("(train|val)/.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final String name;
  private final Volumes volumes;
  private final ReadingLimits limits;
  private final ImmutableSortedMap<String, Entries> folders;
  private final int repeated;

  private Archive(
      String name,
      Volumes volumes,
      ReadingLimits limits,
      ImmutableSortedMap<String, Entries> folders,
      int repeated) {
    this.name = name;
    this.volumes = volumes;
    this.limits = limits;
    this.folders = folders;
    this.repeated = repeated;
  }

  /**
   * Reads an archive's directory.
   *
   * @param name without the extension
   * @throws IOException if it is damaged, an entry leads out of its folder, or entries overlap
   */
  static Archive open(String name, Volumes volumes, ReadingLimits limits) throws IOException {
    Contents contents = new Contents();
    CentralDirectory directory = CentralDirectory.of(volumes);
    long count = directory.read(contents::add);
    if (!limits.overlapping().contains(name)) {
      refuseOverlaps(contents.places, directory.start());
    }
    for (Place place : contents.toCheck(count)) {
      LocalHeader.read(volumes, place.position, 0).check(place.name, place.host);
    }
    Set<String> found = contents.folders.keySet();
    String top = found.stream().anyMatch(BARE.asMatchPredicate()) ? name + "/" : "";
    Map<String, Entries> folders = new HashMap<>();
    int repeated = 0;
    for (Map.Entry<String, List<Image>> folder : contents.folders.entrySet()) {
      Entries entries = Entries.of(folder.getKey(), folder.getValue());
      folders.put(top + folder.getKey(), entries);
      repeated += folder.getValue().size() - entries.names().size();
    }
    return new Archive(name, volumes, limits, ImmutableSortedMap.copyOf(folders), repeated);
  }

  /** Where a local header is, and what it must say. */
  private record Place(EntryName name, int host, long position) {}

  private record Image(
      String name,
      Optional<Integer> rawChecksum,
      int host,
      long position,
      long packed,
      long unpacked,
      int crc,
      int method) {}

  /** What the directory lists. */
  private static final class Contents {

    private final Map<String, List<Image>> folders = new HashMap<>();
    private final Extents places = new Extents();
    private final List<Place> first = new ArrayList<>();
    private final List<Place> odd = new ArrayList<>();

    void add(CentralDirectory.Entry entry) {
      places.add(entry.position(), entry.end());
      String path = entry.name().path();
      int slash = path.lastIndexOf('/');
      String file = path.substring(slash + 1);
      Place place = new Place(entry.name(), entry.host(), entry.position());
      if (first.size() <= FEW) {
        first.add(place);
      }
      if (DiskDirectory.isImage(file)) {
        folders
            .computeIfAbsent(slash < 0 ? "" : path.substring(0, slash), f -> new ArrayList<>())
            .add(
                new Image(
                    file,
                    entry.name().rawChecksum(),
                    entry.host(),
                    entry.position(),
                    entry.packed(),
                    entry.unpacked(),
                    entry.crc(),
                    entry.method()));
      } else if (LostImage.isPossible(path, file)) {
        odd.add(place);
      }
    }

    /**
     * Returns the headers to compare. In a large archive these are the entries that one wrong bit
     * may have hidden: files that are almost images, images alone in their folder, and images of
     * one name. Any other image with a wrong name is noticed when it is read.
     */
    List<Place> toCheck(long count) {
      if (count <= FEW) {
        return first;
      }
      folders.forEach(
          (folder, images) -> {
            Set<String> repeated = repeated(images);
            images.stream()
                .filter(image -> images.size() == 1 || repeated.contains(image.name))
                .forEach(image -> odd.add(place(folder, image)));
          });
      odd.sort(Comparator.comparingLong(Place::position));
      return odd;
    }

    private static Set<String> repeated(List<Image> images) {
      Set<String> seen = new HashSet<>();
      return images.stream()
          .map(Image::name)
          .filter(name -> !seen.add(name))
          .collect(Collectors.toSet());
    }
  }

  private static Place place(String folder, Image image) {
    String path = folder.isEmpty() ? image.name : folder + "/" + image.name;
    return new Place(new EntryName(path, image.rawChecksum), image.host, image.position);
  }

  /** The bytes that entries take, as starts and ends. */
  private static final class Extents {

    private long[] starts = new long[1024];
    private long[] ends = new long[1024];
    private int count;

    void add(long start, long end) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      starts[count] = start;
      ends[count++] = end;
    }
  }

  /** Uses that starts and ends of disjoint ranges, each sorted, alternate. */
  private static void refuseOverlaps(Extents places, long directory) throws IOException {
    int count = places.count;
    Arrays.sort(places.starts, 0, count);
    Arrays.sort(places.ends, 0, count);
    for (int i = 0; i < count; i++) {
      if (places.ends[i] > (i + 1 < count ? places.starts[i + 1] : directory)) {
        throw new IOException(
            "has overlapping entries, as a decompression bomb has; if you trust it, name it in"
                + " ArchiveLimits.overlapping");
      }
    }
  }

  String name() {
    return name;
  }

  /** Returns the folders that have images, without a slash at the end. */
  ImmutableSortedMap<String, Entries> folders() {
    return folders;
  }

  ByteSource content(Entries entries, String image) {
    return new ArchivedFile(this, entries, image);
  }

  /** Returns how many images were left out, since a later entry has the same name. */
  int repeated() {
    return repeated;
  }

  /** Returns the compressed bytes of an entry, after comparing its name. */
  byte[] packed(Entries entries, int index) throws IOException {
    try {
      LocalHeader header =
          LocalHeader.read(volumes, entries.positions[index], entries.packed[index]);
      header.check(entries.entryName(index), entries.hosts[index]);
      return header.content();
    } catch (EOFException e) {
      throw new IOException("%s is damaged: it %s".formatted(name, e.getMessage()), e);
    } catch (IOException e) {
      throw new IOException("%s %s".formatted(name, e.getMessage()), e);
    }
  }

  ReadingLimits limits() {
    return limits;
  }

  /** The images of one folder, in order. */
  static final class Entries {

    private final String folder;
    private final NameList names;
    private final long[] positions;
    private final int[] packed;
    private final int[] unpacked;
    private final int[] crcs;
    private final byte[] methods;
    private final byte[] hosts;
    private final Map<Integer, Integer> rawChecksums = new HashMap<>();

    private Entries(String folder, List<Image> images) {
      int size = images.size();
      this.folder = folder;
      names = NameList.of(images.stream().map(Image::name).toList());
      positions = new long[size];
      packed = new int[size];
      unpacked = new int[size];
      crcs = new int[size];
      methods = new byte[size];
      hosts = new byte[size];
      for (int i = 0; i < size; i++) {
        Image image = images.get(i);
        positions[i] = image.position;
        packed[i] = (int) Math.min(Integer.MAX_VALUE, image.packed);
        unpacked[i] = (int) Math.min(Integer.MAX_VALUE, image.unpacked);
        crcs[i] = image.crc;
        methods[i] = (byte) image.method;
        hosts[i] = (byte) image.host;
        if (image.rawChecksum.isPresent()) {
          rawChecksums.put(i, image.rawChecksum.get());
        }
      }
    }

    /** Keeps the last of several entries with one name, as unpacking does. */
    static Entries of(String folder, List<Image> images) {
      Map<String, Image> byName = new HashMap<>();
      images.forEach(image -> byName.put(image.name, image));
      List<Image> sorted = new ArrayList<>(byName.values());
      sorted.sort((a, b) -> NaturalOrder.INSTANCE.compare(a.name, b.name));
      return new Entries(folder, sorted);
    }

    NameList names() {
      return names;
    }

    private EntryName entryName(int i) {
      String name = names.get(i);
      return new EntryName(
          folder.isEmpty() ? name : folder + "/" + name, Optional.ofNullable(rawChecksums.get(i)));
    }

    int packed(int i) {
      return packed[i];
    }

    int unpacked(int i) {
      return unpacked[i];
    }

    int crc(int i) {
      return crcs[i];
    }

    int method(int i) {
      return Byte.toUnsignedInt(methods[i]);
    }
  }
}
