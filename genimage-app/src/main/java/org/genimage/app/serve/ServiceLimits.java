package org.genimage.app.serve;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How much the service takes in at once.
 *
 * @param imageBytes the largest encoded image, in bytes
 * @param images the most images of one request
 * @param pixels the most pixels of an image, which its header states before it is decoded
 * @param capacity the most images that are open at once: arriving, waiting or being scored; more
 *     are answered with 429
 * @param perClient the most of them from one client's address
 * @param uploadBytes the memory for bodies that are open at once, in bytes
 * @param connections the most connections; more wait to be accepted
 */
public record ServiceLimits(
    long imageBytes,
    int images,
    long pixels,
    int capacity,
    int perClient,
    long uploadBytes,
    int connections) {

  /** The most bytes that this process can hold in one array. */
  private static final long LARGEST = Integer.MAX_VALUE - 16;

  /**
   * 32 MiB an image, 16 images a request, 64 million pixels, 256 open images, half of them from one
   * client, a quarter of the heap for bodies, 1,024 connections.
   */
  public static final ServiceLimits DEFAULT =
      new ServiceLimits(
          32L << 20, 16, 64_000_000, 256, 128, Runtime.getRuntime().maxMemory() / 4, 1024);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is not positive, or contradicts another
   */
  public ServiceLimits {
    checkArgument(
        imageBytes > 0 && imageBytes <= LARGEST,
        "bytes of an image must be from 1 to %s, got %s",
        LARGEST,
        imageBytes);
    checkArgument(images > 0, "images of a request must be positive, got %s", images);
    checkArgument(pixels > 0, "pixels of an image must be positive, got %s", pixels);
    checkArgument(capacity > 0, "capacity must be positive, got %s", capacity);
    checkArgument(
        perClient > 0 && perClient <= capacity,
        "a client's share must be from 1 to the capacity of %s, got %s",
        capacity,
        perClient);
    checkArgument(connections > 0, "connections must be positive, got %s", connections);
    checkArgument(
        uploadBytes >= imageBytes,
        "memory for bodies must hold an image of %s bytes, got %s; allow smaller images or raise"
            + " -Xmx",
        imageBytes,
        uploadBytes);
  }

  /** Returns these limits with another size of images, in bytes. */
  public ServiceLimits imageBytes(long imageBytes) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns these limits with another number of images a request. */
  public ServiceLimits images(int images) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns these limits with another number of pixels an image. */
  public ServiceLimits pixels(long pixels) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns these limits with another number of open images, and another share of one client. */
  public ServiceLimits capacity(int capacity, int perClient) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns these limits with other memory for bodies, in bytes. */
  public ServiceLimits uploadBytes(long uploadBytes) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns these limits with another number of connections. */
  public ServiceLimits connections(int connections) {
    return new ServiceLimits(
        imageBytes, images, pixels, capacity, perClient, uploadBytes, connections);
  }

  /** Returns the largest body of a request with several images, in bytes. */
  long requestBytes() {
    return Math.min(uploadBytes, images * (imageBytes + 4096));
  }
}
