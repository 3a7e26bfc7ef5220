#!/bin/sh
echo '{"cache": {"hosts": ["cache1"]}, "_meta": {"hostvars": {"cache1": {"role": "cache"}}}}'
