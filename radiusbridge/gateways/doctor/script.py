"""Lines for a router's terminal: `domain.router_script`."""

from radiusbridge.domain.router_script import PLACEHOLDER as PLACEHOLDER
from radiusbridge.domain.router_script import Script as Script
from radiusbridge.domain.router_script import by_name as by_name
from radiusbridge.domain.router_script import quoted as quoted
