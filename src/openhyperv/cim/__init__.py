"""CIM over WS-Management: session, query, invoke, subscribe, jobs and the class schema."""
