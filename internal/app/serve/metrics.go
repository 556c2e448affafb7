package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// prefix is that of all figures of our own.
const prefix = "postmeter"

// metrics are the figures of the process, for Prometheus.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec // seconds, by route and status
	loops    *prometheus.CounterVec   // that had to be started again, by name
	jobs     *prometheus.HistogramVec // seconds of attempts, by kind and what became of them
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: prefix, Name: "http_request_seconds",
			Help: "Time to answer requests, by route and status.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8)}, []string{"route", "status"}),
		loops: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: prefix, Name: "loop_restarts_total",
			Help: "How often a loop in the background ended and was started again."}, []string{"loop"}),
	}
	m.jobs = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: prefix, Name: "job_seconds",
		Help: "Time of jobs, by kind and the state that they ended in.", Buckets: prometheus.ExponentialBuckets(0.01, 4, 9)}, []string{"kind", "state"})
	m.registry.MustRegister(m.requests, m.loops, m.jobs, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// served counts a request. What is nowhere is one route, so that nobody can make them many.
func (m *metrics) served(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Observe(took.Seconds())
}

// jobEnded counts an attempt of a job.
func (m *metrics) jobEnded(kind, state string, took time.Duration) {
	m.jobs.WithLabelValues(kind, state).Observe(took.Seconds())
}

func (m *metrics) handle(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}
