/** The manifests of k8s: rendered, held against the schemas of Kubernetes and Strimzi, and against what the services and the local stack do. */
package dev.godwit.cli.kubernetes;
