package org.genimage.examples.spring;

import org.genimage.models.DetectorService;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Not ready while every place is taken, so that a load balancer asks another instance. */
@Component
class DetectorHealthIndicator implements HealthIndicator {

  private final DetectorService service;

  DetectorHealthIndicator(DetectorService service) {
    this.service = service;
  }

  @Override
  public Health health() {
    int open = service.unanswered();
    Health.Builder health = open < service.capacity() ? Health.up() : Health.outOfService();
    return health
        .withDetail("name", service.detector().name())
        .withDetail("open", open)
        .withDetail("capacity", service.capacity())
        .build();
  }
}
