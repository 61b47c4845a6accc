"""Lost: threats from teams, answers and weeks that are not there."""
