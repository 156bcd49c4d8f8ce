/** A detector in a Spring Boot application. No other module of this project uses Spring. */
package org.genimage.examples.spring;
