"""The one place that names concrete adapters: puts settings, models, devices, store and services together for the doors.

Everything is made when it is first asked for, so that a door pays only for what it uses: no model is loaded to show a screen.
"""
